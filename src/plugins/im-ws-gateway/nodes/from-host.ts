import type { Message } from '../model.ts'
import { parse } from '../node-message.ts'
import { FromHost, HeadFromHost, linesOf, MessageLine } from './items.ts'
import type { Link } from './link.ts'
import type { NodeCores } from './node-cores.ts'
import { unpackConversation, unpackEvent } from './packed-event.ts'

/**
 * Takes a batch of the host in, unless it is for another link. That the node has to join again comes last: what else is
 * in the batch has been told by then, and is not to be told once more.
 * @param told hears its mark
 * @throws {TypeError} when it cannot be understood: what follows in it is lost, and the link of no more use
 */
export function takeBatch(
  text: string,
  link: Link | undefined,
  cores: NodeCores,
  told: (mark: number) => void
): void {
  const [first = '', ...lines] = linesOf(text)
  const head = parse(HeadFromHost, first)
  if (!link || head.session !== link.session || head.term !== link.term) return
  const messages: Message[] = []
  let unknown: FromHost | undefined
  for (const line of lines) {
    if (link.isBroken) return
    if (line.startsWith('m')) {
      messages.push(parse(MessageLine, line.slice(1)))
      continue
    }
    const item = parse(FromHost, line)
    if (item.k === 'unknown') unknown = item
    else if (!tell(item, messages, cores)) link.receive(item)
  }
  if (link.isBroken) return
  told(head.mark)
  if (unknown) link.receive(unknown)
}

/** @returns false: it is nothing that is to be told */
function tell(item: FromHost, messages: readonly Message[], cores: NodeCores): boolean {
  switch (item.k) {
    case 'event':
      cores.told(item.cores, unpackEvent(item.event, messages), item.cause, item.except)
      return true
    case 'conversations': {
      const base = unpackConversation(item.base, messages)
      for (const [core, own] of item.each) {
        const conversation = { ...base, ...own, latestMsg: base.latestMsg }
        cores.told([core], { kind: 'conversationsChanged', conversations: [conversation] })
      }
      return true
    }
    case 'totals':
      for (const [core, count] of item.each) cores.told([core], { kind: 'totalUnread', count })
      return true
    default:
      return false
  }
}
