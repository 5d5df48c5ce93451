import type { Message } from '../model.ts'
import { FromHost, HeadFromHost, linesOf, parse } from './items.ts'
import type { Link } from './link.ts'
import type { NodeCores } from './node-cores.ts'
import { unpackEvent } from './packed-event.ts'

/**
 * Takes a batch of the host in.
 * @returns its mark; `undefined`: it was for another link
 * @throws {TypeError} when it cannot be understood: what follows in it is lost, and the link of no more use
 */
export function takeBatch(text: string, link: Link | undefined, cores: NodeCores): number | undefined {
  const [first = '', ...lines] = linesOf(text)
  const head = parse(HeadFromHost, first)
  if (!link || head.session !== link.session || head.term !== link.term) return undefined
  const messages: Message[] = []
  for (const line of lines) {
    if (link.isBroken) return undefined
    if (line.startsWith('m')) {
      messages.push(JSON.parse(line.slice(1)) as Message)
      continue
    }
    const item = parse(FromHost, line)
    if (item.k === 'event') cores.told(item.cores, unpackEvent(item.event, messages), item.cause, item.except)
    else link.receive(item)
  }
  return head.mark
}
