import { setImmediate as turn } from 'node:timers/promises'
import { parsePosition, type Position } from '../../../src/plugins/sse-hub/position.ts'
import { CutReader } from './cut-reader.ts'

/** What a hub has said that it publishes. */
export interface Published {
  readonly id: string
  readonly topic: string
  readonly data: string
}

/** A reader that is back as soon as it is cut, at one of the gateways or the other. */
export class Wanderer {
  readonly reader: CutReader
  readonly life: Promise<void>
  node: number
  isOver = false

  constructor(nodes: readonly { readonly url: string }[], names: readonly string[], node: number) {
    this.node = node
    this.reader = new CutReader(() => nodes[this.node]?.url ?? '', names)
    this.life = this.#live()
  }

  async #live(): Promise<void> {
    while (!this.isOver) {
      await this.reader.connect(Infinity, () => false)
      await turn()
    }
  }
}

/** Events out of turn, and those that neither came nor were said to be missing. */
export function faultsOf(
  { topics: own, seen, received }: CutReader,
  published: readonly Published[]
): string[] {
  const wrong: string[] = []
  const came = new Map<string, string>()
  const told = new Set<string>()
  let place: Position | undefined
  let taken = 0
  for (const item of seen) {
    if (typeof item === 'string') {
      const position = parsePosition(item)
      if (place && (position?.epoch !== place.epoch || position.seq <= place.seq))
        wrong.push(`${item} out of turn behind ${place.seq}`)
      place = position
      came.set(item, received[taken++] ?? '')
      continue
    }
    const to = parsePosition(item.to) ?? { epoch: '', seq: 0 }
    const from = parsePosition(item.from ?? '')
    const first = from && from.epoch === to.epoch ? from.seq + 1 : 1
    for (let seq = first; seq <= to.seq; seq++)
      for (const topic of item.topics) told.add(`${topic} ${to.epoch}-${seq}`)
    if (from?.epoch !== to.epoch) place = to
  }
  for (const { id, topic, data } of published) {
    // Who was moved to another epoch was told that everything before may be missing.
    if (!own.includes(topic) || parsePosition(id)?.epoch !== place?.epoch) continue
    if (came.get(id) !== data && !told.has(`${topic} ${id}`)) wrong.push(`${id} (${data}) missing`)
  }
  return wrong
}
