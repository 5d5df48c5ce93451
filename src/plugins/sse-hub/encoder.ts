/** The parts of one block of an event stream (WHATWG HTML §9.2.6). All but `data` leave the reader as it is. */
export interface Block {
  readonly id?: string
  readonly event?: string
  /** Milliseconds after which the reader comes back when the stream ends. */
  readonly retry?: number
  /** Its line ends arrive as LF. Without data the block is no event: it only sets `retry`. */
  readonly data?: string
}

const lineEnd = /\r\n|\r|\n/
const lineEnds = /\r\n|\r|\n/g

/**
 * What an id may hold: bytes that a header can carry, and that make no browser ask permission first when it comes back
 * from another origin (CORS-safelisted request-header value, at most 128 bytes).
 */
const idForm = /^[!#-'*-9;=A-Z^-z|~]{1,128}$/

/**
 * Writes one block. Nothing but the four values can be in it: whatever would end a line or confuse a parser throws.
 * Lone surrogates become U+FFFD when the text is encoded as UTF-8, the only encoding that the format knows.
 * @throws {TypeError} for an id or event type that cannot be sent as it is
 * @throws {RangeError} for a `retry` that is not a whole number of milliseconds
 */
export function encodeBlock({ id, event, retry, data }: Block): string {
  let text = ''
  if (id !== undefined) text += `id: ${safeId(id)}\n`
  // No type and an empty one are the same to a reader.
  if (event) text += `event: ${safeType(event)}\n`
  if (retry !== undefined) text += `retry: ${wholeMs(retry)}\n`
  if (data !== undefined) text += dataLines(data)
  return `${text}\n`
}

/** Readers take one space after the colon away, so it is always there: a space of the data's own survives. */
function dataLines(data: string): string {
  if (!lineEnd.test(data)) return `data: ${data}\n`
  return `data: ${data.replaceAll(lineEnds, '\ndata: ')}\n`
}

function safeId(id: string): string {
  if (idForm.test(id)) return id
  throw new TypeError('an event id is 1 to 128 visible ASCII characters, none of " ( ) : < > ? @ [ \\ ] { }')
}

function safeType(event: string): string {
  if (typeof event === 'string' && !/[\r\n\0]/.test(event)) return event
  throw new TypeError('an event type is a string without CR, LF and NUL')
}

function wholeMs(retry: number): number {
  if (Number.isSafeInteger(retry) && retry >= 0) return retry
  throw new RangeError('retry is a whole number of milliseconds, 0 or more')
}
