const blank = /[ \t\r\n]*/y

/** Reads a text from left to right. Blanks between two tokens do not count. */
export class TextScanner {
  readonly text: string
  #position = 0

  constructor(text: string) {
    this.text = text
  }

  /** Where the next token begins. */
  get position(): number {
    blank.lastIndex = this.#position
    blank.test(this.text)
    return (this.#position = blank.lastIndex)
  }

  /** What has not been read, blanks included. */
  get rest(): string {
    return this.text.slice(this.#position)
  }

  /** Reads `token` if it comes next. */
  take(token: string): boolean {
    if (!this.text.startsWith(token, this.position)) return false
    this.#position += token.length
    return true
  }

  /** Reads what a sticky pattern (`/…/y`) finds, if it comes next. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.position
    const found = pattern.exec(this.text) ?? undefined
    if (found) this.#position = pattern.lastIndex
    return found
  }

  /** @throws {TypeError} saying what was expected at `position`, counted from 1, and what is there instead */
  fail(expected: string, position = this.position): never {
    const [found] = this.text.slice(position)
    const instead = found === undefined ? 'the text ends' : `there is ${JSON.stringify(found)}`
    this.refuse(`expected ${expected}, but ${instead}`, position)
  }

  /** @throws {TypeError} saying what is wrong with what begins at `position`, counted from 1 */
  refuse(fault: string, position: number): never {
    throw new TypeError(`The text of a route is wrong at ${position + 1}: ${fault}`)
  }
}
