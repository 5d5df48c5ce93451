import type { Message } from '../../model.ts'
import type { CoreEvent, DeliverOptions } from '../../user-core.ts'
import { withAtSelf } from './seat.ts'
import type { KeptMessage } from './turn.ts'

export interface Told {
  readonly event: CoreEvent
  readonly options?: DeliverOptions | undefined
  /** Of what he sent himself. */
  readonly isOwn?: boolean
}

/**
 * How users hear of messages that were kept in one conversation. All who sent none of them, and see the same in them,
 * get the same event object.
 */
export function newMessagesFor(kept: readonly KeptMessage[]): (userID: string) => readonly Told[] {
  const senders = new Set(kept.map(({ message }) => message.sendID))
  const all = kept.map(({ message }) => message)
  const mention = all.some(({ atTextElem }) => atTextElem)
  const shared = new Map<string, readonly Told[]>()
  return userID => {
    if (senders.has(userID)) return ownAndOthers(kept, userID)
    const seen = mention ? all.map(message => withAtSelf(message, userID)) : all
    const pattern = mention ? seen.map(({ atTextElem }) => (atTextElem?.isAtSelf ? 1 : 0)).join('') : ''
    let told = shared.get(pattern)
    if (!told) shared.set(pattern, (told = [{ event: { kind: 'newMessages', messages: seen } }]))
    return told
  }
}

/** For one who sent some of them: his other devices hear of those as his own, in the same order. */
function ownAndOthers(kept: readonly KeptMessage[], userID: string): readonly Told[] {
  const told: Told[] = []
  let run: KeptMessage[] = []
  const kindOf = ({ message, isOwn }: KeptMessage) =>
    message.sendID === userID ? (isOwn ? 'own' : 'notice') : 'other'
  const end = (): void => {
    const [first] = run
    if (!first) return
    const messages: readonly Message[] = run.map(({ message }) => withAtSelf(message, userID))
    const { device } = first
    if (kindOf(first) === 'own')
      told.push({
        event: { kind: 'newMessages', messages, ownSend: true },
        options: device && { except: device },
        isOwn: true
      })
    else
      told.push({
        event: { kind: 'newMessages', messages },
        options: kindOf(first) === 'notice' && device ? { cause: device } : undefined
      })
    run = []
  }
  for (const item of kept) {
    const [first] = run
    const sameKind = first && kindOf(first) === kindOf(item)
    if (first && !(sameKind && (kindOf(item) === 'other' || first.device === item.device))) end()
    run.push(item)
  }
  end()
  return told
}
