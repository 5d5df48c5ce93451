const filler = '0123456789abcdef'.repeat(125)
let last = 0

/** Numbers the requests of a run: no two have the same text. */
export function nextNumber(): number {
  return ++last
}

/** The text of a request: about 2 KB, as long as those of the customs are. */
export function textOf(number: number): string {
  return `${number}|${filler}`
}

export function numberOf(text: string): number {
  return Number.parseInt(text, 10)
}
