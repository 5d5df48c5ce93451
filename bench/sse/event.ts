/** Stands in every event once, and nowhere else in a stream: readers count it. */
export const mark = 0x7e

const text = 'what one tells a browser in one go is seldom longer than a few lines of text or fields'

/** An event of about 150 bytes. */
export function eventOf(number: number): object {
  return { number, mark: String.fromCharCode(mark), from: 'bench', text }
}
