import type { Frame } from './frame.ts'

/** Events that are written at once. */
export interface Chunk {
  readonly bytes: Buffer
  readonly frames: readonly Frame[]
}

/** Up to here events are copied together for one write; a larger one goes by itself, uncopied. */
const chunkBytes = 65_536

/**
 * The events of some topics in one tick, for all streams that read just these: they are put in order and together
 * once, however many streams there are.
 */
export class Group {
  readonly #parent: Group | undefined
  readonly #batch: readonly Frame[]
  #last: readonly [batch: readonly Frame[], group: Group] | undefined
  #others: Map<readonly Frame[], Group> | undefined
  #frames: readonly Frame[] | undefined
  #chunks: readonly Chunk[] | undefined

  constructor(parent?: Group, batch: readonly Frame[] = []) {
    this.#parent = parent
    this.#batch = batch
  }

  /** This group with the events of one more topic, the same object every time. */
  with(batch: readonly Frame[]): Group {
    if (this.#last?.[0] === batch) return this.#last[1]
    this.#others ??= new Map()
    let group = this.#others.get(batch)
    if (!group) this.#others.set(batch, (group = new Group(this, batch)))
    this.#last = [batch, group]
    return group
  }

  /** In the order of the sequence: whoever resumes behind any of them has had all before. */
  get frames(): readonly Frame[] {
    this.#frames ??= merged(this.#parent?.frames ?? [], this.#batch)
    return this.#frames
  }

  get chunks(): readonly Chunk[] {
    this.#chunks ??= chunksOf(this.frames)
    return this.#chunks
  }
}

function merged(before: readonly Frame[], batch: readonly Frame[]): readonly Frame[] {
  if (before.length === 0) return batch
  return [...before, ...batch].toSorted((a, b) => a.seq - b.seq)
}

function chunksOf(frames: readonly Frame[]): Chunk[] {
  const chunks: Chunk[] = []
  let part: Frame[] = []
  let bytes = 0
  const close = (): void => {
    const [first] = part
    if (!first) return
    const together =
      part.length === 1
        ? first.bytes
        : Buffer.concat(
            part.map(frame => frame.bytes),
            bytes
          )
    chunks.push({ bytes: together, frames: part })
    part = []
    bytes = 0
  }
  for (const frame of frames) {
    if (bytes + frame.bytes.length > chunkBytes) close()
    part.push(frame)
    bytes += frame.bytes.length
  }
  close()
  return chunks
}
