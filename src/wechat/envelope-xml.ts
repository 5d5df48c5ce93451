const opening = '<Encrypt>'
const cdataStart = '<![CDATA['
const cdataEnd = ']]>'
const element = /<Encrypt>\s*(?:<!\[CDATA\[([\w+/=]+)\]\]>|([\w+/=]+))\s*<\/Encrypt>/y

/** An encrypted message with what proves it. */
export interface SealedFields {
  readonly encrypt: string
  readonly signature: string
  /** Seconds since the Unix epoch, in digits. */
  readonly time: string
  readonly nonce: string
}

/**
 * The ciphertext in the only element `Encrypt`, found without a parser, because nobody knows yet who wrote it. What
 * stands in another element's CDATA is text, and may well look like one: a user can send it in a chat. `undefined`:
 * there is none, or more than one, or a comment, a DOCTYPE or an unfinished CDATA section.
 */
export function encryptedIn(xml: string): string | undefined {
  let found: string | undefined
  let at = xml.indexOf('<')
  while (at !== -1) {
    let end = at + 1
    if (xml.startsWith(cdataStart, at)) {
      end = xml.indexOf(cdataEnd, at)
      if (end === -1) return undefined
    } else if (xml.startsWith('<!', at)) return undefined
    else if (xml.startsWith(opening, at)) {
      element.lastIndex = at
      const match = element.exec(xml)
      if (!match || found !== undefined) return undefined
      found = match[1] ?? match[2]
      end = element.lastIndex
    }
    at = xml.indexOf('<', end)
  }
  return found
}

/** The envelope of an encrypted answer. */
export function envelopeXml({ encrypt, signature, time, nonce }: SealedFields): string {
  return (
    `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature>` +
    `<TimeStamp>${time}</TimeStamp><Nonce><![CDATA[${nonce}]]></Nonce></xml>`
  )
}
