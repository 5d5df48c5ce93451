import { LineError } from './line-error.ts'

/** What is not JSON yet, and what must not be taken for it: texts, numbers, names, the comma before a bracket. */
const parts =
  /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_$][\w$]*(?=\s*:)|,(?=\s*[}\]])/gs

/**
 * Reads JSON, or an object as JavaScript writes it: names without quotes, texts in single ones, a comma at the end.
 * Nothing is evaluated.
 * @throws {LineError} for anything else
 */
export function looseJson(text: string): unknown {
  const strict = text.replaceAll(parts, part => {
    if (part === ',') return ''
    if (part.startsWith("'")) return doubleQuoted(part.slice(1, -1))
    return /^[A-Za-z_$]/.test(part) ? JSON.stringify(part) : part
  })
  try {
    return JSON.parse(strict) as unknown
  } catch {
    throw new LineError('this is neither JSON nor an object such as { id: 1, tags: ["a"] }')
  }
}

function doubleQuoted(text: string): string {
  const inside = text.replaceAll(/\\.|"/gs, part => {
    if (part === '"') return String.raw`\"`
    return part === String.raw`\'` ? "'" : part
  })
  return `"${inside}"`
}
