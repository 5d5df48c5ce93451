const opening = '<xml>'
const closing = '</xml>'
/** Its value stands in one CDATA section, as all texts do, or is a number or a word. */
const element =
  /[ \t\n]*<([A-Z]\w*)>(?:<!\[CDATA\[([^\]\r]*(?:\](?!\]>)[^\]\r]*)*)\]\]>|([\w.+-]*))<\/\1>[ \t\n]*/y

/**
 * Reads a message without a parser's toil, provided that it is written as WeChat writes nearly all: elements that hold
 * a value each, none of them twice, in one element `xml`. `undefined` for anything else, be it well-formed or not: that
 * is for a parser to judge. It reads what a parser reads, or nothing.
 */
export function flatXml(text: string): Readonly<Record<string, string>> | undefined {
  if (!text.startsWith(opening) || !text.endsWith(closing)) return undefined
  const inner = text.slice(opening.length, -closing.length)
  const fields = Object.create(null) as Record<string, string>
  element.lastIndex = 0
  do {
    const [, name, section, word = ''] = element.exec(inner) ?? []
    if (name === undefined || name in fields) return undefined
    fields[name] = section ?? word
  } while (element.lastIndex < inner.length)
  return fields
}
