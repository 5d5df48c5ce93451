import { flatXml } from './flat-xml.ts'

const markup = /<(?:!\[CDATA\[|\/?[A-Za-z]\w*\s*\/?>|\?xml\s[^<>]*\?>)/y
const cdataStart = '<![CDATA['
const cdataEnd = ']]>'

/** Reads the elements below the root `xml`. @throws {SyntaxError} for what WeChat never writes */
export type XmlReader = (text: string) => Readonly<Record<string, unknown>>

/**
 * Loads the parser, which reads what is not as simple as nearly all messages are. Values stay text: nothing is taken
 * for a number, and no entity is replaced, because WeChat writes in CDATA whatever could need one.
 */
export async function xmlReader(): Promise<XmlReader> {
  const { XMLParser } = await import('fast-xml-parser')
  const parser = new XMLParser({
    ignoreAttributes: true,
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    htmlEntities: false,
    trimValues: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: 8,
    jPath: false
  })
  const parse: XmlReader = text => {
    if (!isPlainMarkup(text)) throw new SyntaxError('markup that WeChat does not use')
    let document: unknown
    try {
      document = parser.parse(text, true)
    } catch {
      // The parser's text may quote what it has read.
      throw new SyntaxError('not well-formed XML')
    }
    const { xml, ...rest } = document as Record<string, unknown>
    if (Object.keys(rest).length > 0 || typeof xml !== 'object' || xml === null || Array.isArray(xml))
      throw new SyntaxError('not one element `xml`')
    return xml as Record<string, unknown>
  }
  return text => flatXml(text) ?? parse(text)
}

/**
 * Whether there are only elements without attributes, CDATA and the XML declaration: no DOCTYPE, no entity, no comment
 * that would join the text on both its sides. A user may well send such text in a chat: it then stands in CDATA.
 */
function isPlainMarkup(text: string): boolean {
  let at = text.indexOf('<')
  while (at !== -1) {
    markup.lastIndex = at
    if (!markup.test(text)) return false
    const end = text.startsWith(cdataStart, at) ? text.indexOf(cdataEnd, at) : markup.lastIndex
    if (end === -1) return false
    at = text.indexOf('<', end)
  }
  return true
}
