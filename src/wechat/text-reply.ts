/** A text that answers a message in the chat. */
export interface TextReply {
  /** The user's OpenID. */
  readonly to: string
  /** The account's original id, `gh_…`. */
  readonly from: string
  /** Seconds since the Unix epoch. */
  readonly createdAt: number
  readonly content: string
}

/** Bytes that a text may have. WeChat documents no limit; longer ones are known to fail. */
export const maxReplyBytes = 2048

/**
 * Writes a passive reply as XML.
 * @throws {RangeError} for a text that is empty or longer than {@link maxReplyBytes}
 * @throws {TypeError} for one with characters that XML 1.0 does not have
 */
export function textReplyXml({ to, from, createdAt, content }: TextReply): string {
  checkContent(content)
  return (
    `<xml><ToUserName>${cdata(to)}</ToUserName><FromUserName>${cdata(from)}</FromUserName>` +
    `<CreateTime>${createdAt}</CreateTime><MsgType>${cdata('text')}</MsgType>` +
    `<Content>${cdata(content)}</Content></xml>`
  )
}

/** Writes it as JSON, for accounts whose pushes are JSON. @throws as {@link textReplyXml} */
export function textReplyJson({ to, from, createdAt, content }: TextReply): string {
  checkContent(content)
  return JSON.stringify({
    ToUserName: to,
    FromUserName: from,
    CreateTime: createdAt,
    MsgType: 'text',
    Content: content
  })
}

/** Text as character data that cannot end before its end. */
export function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

function checkContent(content: string): void {
  const bytes = Buffer.byteLength(content)
  if (bytes === 0 || bytes > maxReplyBytes)
    throw new RangeError(`a reply has 1 to ${maxReplyBytes} bytes, this one ${bytes}`)
  if (/[^\P{Cc}\t\n\r]|\p{Surrogate}|[\uFFFE\uFFFF]/u.test(content))
    throw new TypeError('a reply holds a character that XML does not have')
}
