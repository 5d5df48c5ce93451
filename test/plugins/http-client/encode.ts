type Table = ReadonlyMap<string, readonly number[]>

/** What the decoder of an encoding makes of two bytes, the other way round. */
function tableOf(encoding: string): Table {
  const decoder = new TextDecoder(encoding)
  const table = new Map<string, readonly number[]>()
  for (let lead = 0x81; lead < 0xff; lead++)
    for (let trail = 0x40; trail < 0xff; trail++) {
      if (trail === 0x7f) continue
      const text = decoder.decode(Uint8Array.of(lead, trail))
      if (Array.from(text).length === 1 && text !== '\u{fffd}' && !table.has(text))
        table.set(text, [lead, trail])
    }
  return table
}

const tables = new Map<string, Table>()

/** Encodes a text in GBK, GB 18030 (of the characters of four bytes only `𠀀` and `㐀`) or Big5. */
export function encode(text: string, encoding: 'gbk' | 'gb18030' | 'big5'): Buffer {
  const decoder = encoding === 'gbk' ? 'gb18030' : encoding
  const table = tables.get(decoder) ?? tableOf(decoder)
  tables.set(decoder, table)
  const bytes = Array.from(text).flatMap(char => {
    if (char.charCodeAt(0) < 0x80) return [char.charCodeAt(0)]
    if (encoding === 'gb18030' && char === '𠀀') return [0x95, 0x32, 0x82, 0x36]
    if (encoding === 'gb18030' && char === '㐀') return [0x81, 0x39, 0xee, 0x39]
    const found = table.get(char)
    if (!found) throw new Error(`'${char}' is not in ${encoding}`)
    return found
  })
  return Buffer.from(bytes)
}
