// Node decodes GBK, but does not encode it: this is the decoder's table, read backwards.
const codes = []
for (let lead = 0x81; lead <= 0xfe; lead++)
  for (let trail = 0x40; trail <= 0xfe; trail++) if (trail !== 0x7f) codes.push([lead, trail])

const characters = new TextDecoder('gb18030').decode(Uint8Array.from(codes.flat()))
const table = new Map(codes.map((code, index) => [characters[index], code]))

/** A text in GBK; what GBK does not have becomes a question mark. */
export function encodeGbk(text) {
  const bytes = [...text].flatMap(character => {
    if (character < '\u0080') return character.charCodeAt(0)
    return table.get(character) ?? 0x3f
  })
  return Buffer.from(bytes)
}
