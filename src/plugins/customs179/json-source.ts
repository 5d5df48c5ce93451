const token = /\s+|"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}:,]|[^\s"[\]{}:,]+/gy

/**
 * The values of a JSON object as they are written, by name. Of a name that occurs twice the last one counts, as in
 * `JSON.parse`.
 * @param text an object that a JSON parser has accepted: nothing is checked again
 */
export function memberTexts(text: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>()
  let depth = 0
  let name: string | undefined
  let start = -1
  let end = -1
  for (const { 0: part, index } of text.matchAll(token)) {
    if (isSpace(part)) continue
    if (depth === 1 && (part === ',' || part === '}')) {
      if (name !== undefined) members.set(name, text.slice(start, end))
      name = undefined
      start = -1
    } else if (depth === 1 && name === undefined) name = JSON.parse(part) as string
    else if (name !== undefined && start < 0 && part !== ':') start = index
    if (part === '{' || part === '[') depth++
    else if (part === '}' || part === ']') depth--
    end = index + part.length
  }
  return members
}

/** Where whitespace outside of strings begins in valid JSON; -1: there is none. */
export function whitespaceAt(json: string): number {
  for (const { 0: part, index } of json.matchAll(token)) if (isSpace(part)) return index
  return -1
}

/** Whether a string in valid JSON escapes half of a surrogate pair, so that its value is no Unicode text. */
export function hasLoneSurrogate(json: string): boolean {
  for (const { 0: part } of json.matchAll(token))
    if (part.includes(String.raw`\u`) && /\p{Cs}/u.test(JSON.parse(part) as string)) return true
  return false
}

function isSpace(part: string): boolean {
  return part.trimStart() === ''
}
