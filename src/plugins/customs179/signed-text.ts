/** The four parts of the text to sign. `head` and `lists` are JSON, to the byte as they will be uploaded. */
export interface Segments {
  readonly sessionID: string
  readonly head: string
  readonly lists: string
  readonly serviceTime: string
}

/**
 * Joins what a card signs (announcement 179 of 2018, 1.4, in the form that customs accepts): each part in quotes, JSON
 * within them not escaped.
 */
export function signedText({ sessionID, head, lists, serviceTime }: Segments): string {
  return `"sessionID":"${sessionID}"||"payExchangeInfoHead":"${head}"||"payExchangeInfoLists":"${lists}"||"serviceTime":"${serviceTime}"`
}

/** Takes apart what {@link signedText} joined. `undefined`: the text is not of that form. */
export function readSignedText(text: string): Segments | undefined {
  // No JSON holds a separator: where a quote ends a string, no `||` follows; within a string a quote is escaped.
  const [start, afterSession] = cut(text, '"||"payExchangeInfoHead":"')
  const [head, afterHead] = cut(afterSession, '"||"payExchangeInfoLists":"')
  const [lists, end] = cut(afterHead, '"||"serviceTime":"')
  const opening = '"sessionID":"'
  if (!start.startsWith(opening) || !end?.endsWith('"')) return undefined
  return { sessionID: start.slice(opening.length), head, lists, serviceTime: end.slice(0, -1) }
}

/** The form field `payExInfoStr` of the upload, JSON. Whoever posts it as a form must still percent-encode it. */
export function payExInfoStr(
  { sessionID, head, lists, serviceTime }: Segments,
  { certNo, signValue }: { readonly certNo: string; readonly signValue: string }
): string {
  const text = (value: string): string => JSON.stringify(value)
  return `{"sessionID":${text(sessionID)},"payExchangeInfoHead":${head},"payExchangeInfoLists":${lists},"serviceTime":${text(serviceTime)},"certNo":${text(certNo)},"signValue":${text(signValue)}}`
}

function cut(text: string | undefined, separator: string): [string, string?] {
  const at = text?.indexOf(separator) ?? -1
  return text === undefined || at < 0 ? [''] : [text.slice(0, at), text.slice(at + separator.length)]
}
