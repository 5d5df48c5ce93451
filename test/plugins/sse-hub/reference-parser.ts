/** An event as the reference parser dispatches it. */
export interface Dispatched {
  readonly event: string
  readonly data: string
  readonly lastEventId: string
}

/**
 * The interpretation of an event stream, step by step as WHATWG HTML §9.2.6 words it, and slow: something to hold
 * faster parsers and our encoder against. An unfinished block at the end is discarded.
 */
export function interpret(bytes: Uint8Array): { events: Dispatched[]; retry: number | undefined } {
  const text = new TextDecoder('utf-8', { ignoreBOM: false }).decode(bytes)
  const lines = text.split(/\r\n|\n|\r/)
  // What follows the last line end is no line.
  lines.pop()
  const events: Dispatched[] = []
  let [data, event, id, lastEventId] = ['', '', '', '']
  let retry: number | undefined
  for (const line of lines) {
    if (line === '') {
      lastEventId = id
      if (data !== '') events.push({ event: event || 'message', data: data.replace(/\n$/, ''), lastEventId })
      data = ''
      event = ''
      continue
    }
    const colon = line.indexOf(':')
    if (colon === 0) continue
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') event = value
    else if (field === 'data') data += `${value}\n`
    else if (field === 'id' && !value.includes('\0')) id = value
    else if (field === 'retry' && /^[0-9]+$/.test(value)) retry = Number(value)
  }
  return { events, retry }
}
