/** Milliseconds after which it is small enough: what is slow is slow each time that it is tried. */
const limitMs = 20_000

/**
 * The smallest input that still fails, as far as leaving out pieces of it leads. A piece is a half at first, then a quarter,
 * at last a byte.
 */
export async function smallest(input: Buffer, fails: (input: Buffer) => Promise<boolean>): Promise<Buffer> {
  let best = input
  const began = performance.now()
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.length && performance.now() - began < limitMs;) {
      const shorter = Buffer.concat([best.subarray(0, at), best.subarray(at + size)])
      if (await fails(shorter)) best = shorter
      else at += size
    }
  }
  return best
}
