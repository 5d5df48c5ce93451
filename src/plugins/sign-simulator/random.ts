/** Draws numbers from 0 (inclusive) to 1. */
export type Random = () => number

/** The generator mulberry32: the same seed (32 bits) gives the same numbers on every machine. Not for secrets. */
export function mulberry32(seed: number): Random {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A fixed number as it is, or one drawn evenly from a range. */
export function between(range: number | readonly [from: number, to: number], random: Random): number {
  if (typeof range === 'number') return range
  const [from, to] = range
  return from + random() * (to - from)
}
