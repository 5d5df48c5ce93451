import type { Frame } from './frame.ts'
import { formatPosition, parsePosition } from './position.ts'
import type { Topic } from './topic.ts'

/**
 * Why something may be missing: the hub, or the log that it follows, began anew; the events are no longer remembered;
 * the id is none of this hub's; the reader was too slow for them; they never reached this node.
 */
export type GapReason = 'restart' | 'evicted' | 'unknown' | 'slow' | 'lost'

/** What may be missing: events of `topics` behind `from` up to and with `to`. */
export interface Gap {
  readonly topics: readonly string[]
  /** `null`: nobody knows. */
  readonly from: string | null
  readonly to: string
  readonly reason: GapReason
}

/** Where a stream goes on. */
export interface Resumption {
  /** Everything behind it is sent. */
  readonly seq: number
  /** The reader gave an id, and has missed nothing. */
  readonly recovered: boolean
  readonly gap: Gap | undefined
  /** What is remembered behind the position, in order. */
  readonly frames: readonly Frame[]
}

/**
 * Finds what a reader has missed. One that comes with a position of another life of the hub has seen nothing of this
 * one, so it gets all that is remembered; one whose position cannot be gets only what is still to come.
 * @param top sequence of the latest event of the hub
 */
export function resume(
  id: string | undefined,
  topics: readonly Topic[],
  { epoch, top }: { readonly epoch: string; readonly top: number }
): Resumption {
  if (id === undefined) return { seq: top, recovered: false, gap: undefined, frames: [] }
  const given = parsePosition(id)
  const names = (some: readonly Topic[]): string[] => some.map(({ name }) => name)
  if (!given || (given.epoch === epoch && given.seq > top)) {
    const to = formatPosition(epoch, top)
    const gap: Gap = { topics: names(topics), from: null, to, reason: 'unknown' }
    return { seq: top, recovered: false, gap, frames: [] }
  }
  const isRestart = given.epoch !== epoch
  const seq = isRestart ? 0 : given.seq
  const incomplete = topics.filter(({ history }) => history.evictedThrough > seq)
  const frames = inOrder(topics.map(({ history }) => history.after(seq)))
  if (!isRestart && incomplete.length === 0) return { seq, recovered: true, gap: undefined, frames }
  const gap: Gap = {
    topics: names(isRestart ? topics : incomplete),
    from: id,
    to: formatPosition(epoch, Math.max(0, ...incomplete.map(({ history }) => history.evictedThrough))),
    reason: isRestart ? 'restart' : 'evicted'
  }
  return { seq, recovered: false, gap, frames }
}

/** Merges runs that are in order, each by itself. V8's sort finds such runs and merges them: O(n log k). */
export function inOrder(runs: readonly (readonly Frame[])[]): readonly Frame[] {
  const [first = []] = runs
  return runs.length < 2 ? first : runs.flat().toSorted((a, b) => a.seq - b.seq)
}
