/*
 * HyperLogLog with 2^12 registers: about how many different things there were, within 1.6 % or so, in 4 KiB and without
 * a trace of what they were. A sketch is text, a character for each register, so that every database can keep it; '' is
 * the one of nothing.
 */

const indexBits = 12
const registers = 2 ** indexBits
/** The bits of a digest that are left for the rank. */
const rankBits = 64 - indexBits
/** The character of an empty register. Ranks up to 53 make digits, letters and a few signs. */
const zero = 48

/** What one thing leaves in a sketch. */
export interface Mark {
  readonly register: number
  /** 1–53 */
  readonly rank: number
}

/** The mark of a thing with this digest, of which 8 bytes count. Each of the 2^18 or so marks stands for many. */
export function markOf(digest: Buffer): Mark {
  const head = digest.readUInt32BE(0)
  const [high, low] = [head & 0xf_ffff, digest.readUInt32BE(4)]
  const zeros = high > 0 ? Math.clz32(high) - indexBits : 32 - indexBits + Math.clz32(low)
  return { register: head >>> (32 - indexBits), rank: zeros + 1 }
}

/** The sketch of what was in one before and of what left these marks. */
export function withMarks(sketch: string, marks: Iterable<Mark>): string {
  const ranks = ranksOf(sketch)
  for (const { register, rank } of marks) ranks[register] = Math.max(ranks[register] ?? 0, rank)
  return String.fromCharCode(...ranks.map(rank => rank + zero))
}

/**
 * About how many different things a sketch has seen. Otmar Ertl, “New cardinality estimation algorithms for HyperLogLog
 * sketches” (2017), algorithm 6: one formula for few and many, without a bias to correct.
 */
export function estimate(sketch: string): number {
  const counts = Array.from({ length: rankBits + 2 }, () => 0)
  for (const rank of ranksOf(sketch)) counts[rank] = (counts[rank] ?? 0) + 1
  const share = (rank: number): number => (counts[rank] ?? 0) / registers
  let sum = registers * tau(1 - share(rankBits + 1))
  for (let rank = rankBits; rank >= 1; rank--) sum = (sum + (counts[rank] ?? 0)) / 2
  sum += registers * sigma(share(0))
  return Math.round(registers ** 2 / (2 * Math.LN2 * sum))
}

function ranksOf(sketch: string): Uint16Array {
  return Uint16Array.from({ length: registers }, (_, register) =>
    sketch === '' ? 0 : sketch.charCodeAt(register) - zero
  )
}

/** x + Σ x^(2^k) 2^(k-1), for the registers that are empty. */
function sigma(x: number): number {
  if (x === 1) return Infinity
  let [power, factor, sum, before] = [x, 1, x, -1]
  while (sum !== before) {
    before = sum
    power *= power
    sum += power * factor
    factor *= 2
  }
  return sum
}

/** (1 - x - Σ (1 - x^(2^-k))² 2^-k) / 3, for the registers that are full. */
function tau(x: number): number {
  if (x === 0 || x === 1) return 0
  let [root, factor, sum, before] = [x, 1, 1 - x, -1]
  while (sum !== before) {
    before = sum
    root = Math.sqrt(root)
    factor /= 2
    sum -= (1 - root) ** 2 * factor
  }
  return sum / 3
}
