import type { Place } from './driver.ts'

/** How many tags are kept. */
const size = 1_024

/** The tags of the latest entries of one epoch, by which one that comes again is known. */
export class Recent {
  readonly #tags: { readonly seq: number; readonly tag: string }[] = []

  add({ seq, tag }: Pick<Place, 'seq' | 'tag'>): void {
    this.#tags[seq % size] = { seq, tag }
  }

  /** The tag of an entry, if it is one of the latest. */
  at(seq: number): string | undefined {
    const found = this.#tags[seq % size]
    return found?.seq === seq ? found.tag : undefined
  }

  clear(): void {
    this.#tags.length = 0
  }
}
