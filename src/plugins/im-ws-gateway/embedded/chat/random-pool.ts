/** Bytes drawn at a time: each drawing costs more than what is drawn. */
const poolBytes = 4_096

/** Random bytes that are drawn many at a time. None is given twice. */
export function randomPool(randomBytes: (size: number) => Uint8Array): (size: number) => Uint8Array {
  let pool = new Uint8Array(0)
  let used = 0
  return size => {
    if (size > poolBytes) return randomBytes(size)
    if (used + size > pool.length) {
      pool = new Uint8Array(randomBytes(poolBytes))
      used = 0
    }
    used += size
    return pool.subarray(used - size, used)
  }
}
