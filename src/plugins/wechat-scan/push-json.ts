// A member whose number has more digits than a double holds. Within a string its quotes would have a backslash.
const longNumber = /("\w+"\s*:\s*)(\d{16,20})(?=\s*[,}])/g

/** Reads the members of a push in JSON; ids of 64 bits become text. @throws {SyntaxError} for what is no object */
export function readJson(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text.replace(longNumber, '$1"$2"'))
  } catch {
    // The parser's text may quote what it has read.
    throw new SyntaxError('not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyntaxError('not a JSON object')
  return value as Record<string, unknown>
}
