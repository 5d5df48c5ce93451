import type { Message } from '../model.ts'
import type { CoreEvent, Snapshot } from '../user-core.ts'
import { packConversation, type PackedConversation } from './packed-event.ts'

/** A conversation as one sees it, and in what others see it otherwise. */
interface Shared {
  readonly base: PackedConversation
  readonly each: (readonly [core: number, own: Partial<PackedConversation>])[]
}

/**
 * How things stand now, in lines of a batch: a conversation once for all who are in it, and behind it in what each of
 * them sees it otherwise; all totals in one line, the last.
 * @param add takes what is neither
 */
export function snapshotLines(
  snapshots: Iterable<readonly [snapshot: Snapshot, core: number]>,
  numberOf: (message: Message) => number,
  add: (core: number, event: CoreEvent) => void
): readonly string[] {
  const shared = new Map<string, Shared>()
  const totals: (readonly [core: number, count: number])[] = []
  for (const [snapshot, core] of snapshots) {
    const event = snapshot.take()
    if (event.kind === 'totalUnread') totals.push([core, event.count])
    else if (event.kind !== 'conversationsChanged') add(core, event)
    else
      for (const conversation of event.conversations) {
        const packed = packConversation(conversation, numberOf)
        const key = `${packed.latestMsg} ${packed.conversationID}`
        const known = shared.get(key)
        if (known) known.each.push([core, difference(known.base, packed)])
        else shared.set(key, { base: packed, each: [[core, {}]] })
      }
  }
  const lines = [...shared.values()].map(({ base, each }) =>
    JSON.stringify({ k: 'conversations', base, each })
  )
  return totals.length ? [...lines, JSON.stringify({ k: 'totals', each: totals })] : lines
}

function difference(base: PackedConversation, packed: PackedConversation): Partial<PackedConversation> {
  const names = Object.keys(packed) as (keyof PackedConversation)[]
  return Object.fromEntries(
    names.filter(name => packed[name] !== base[name]).map(name => [name, packed[name]])
  )
}
