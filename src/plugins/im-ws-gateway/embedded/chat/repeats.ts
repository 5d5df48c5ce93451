import type { Message } from '../../model.ts'
import type { Device } from '../../user-core.ts'
import { elemNameOf } from './elems.ts'

/** Ids that are remembered of a connection. */
const idsPerDevice = 256

/** Which messages each connection knows to be sent: it has had the answer. */
export class Acknowledged {
  readonly #ids = new WeakMap<Device, Set<string>>()

  has(device: Device, clientMsgID: string): boolean {
    return this.#ids.get(device)?.has(clientMsgID) ?? false
  }

  add(device: Device, clientMsgID: string): void {
    let ids = this.#ids.get(device)
    if (!ids) this.#ids.set(device, (ids = new Set()))
    ids.add(clientMsgID)
    if (ids.size <= idsPerDevice) return
    for (const oldest of ids) {
      ids.delete(oldest)
      break
    }
  }
}

/** Whether two messages say the same. */
export function sameContent(one: Message, other: Message): boolean {
  return one.contentType === other.contentType && contentOf(one) === contentOf(other)
}

function contentOf(message: Message): string {
  const name = elemNameOf(message.contentType)
  return JSON.stringify([message.ex, name && message[name]])
}
