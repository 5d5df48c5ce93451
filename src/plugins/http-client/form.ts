const maxDepth = 16

/**
 * An object as a form, nested members as `a[b]`. Lists of plain values repeat their name, as browsers and `querystring` do;
 * others are numbered. `undefined` is left out, `null` is empty, dates are ISO 8601.
 * @throws {TypeError} for functions, symbols, bytes and objects more than 16 levels deep (so also for circles)
 */
export function formOf(value: object): string {
  const form = new URLSearchParams()
  for (const [name, member] of Object.entries(value)) add(form, name, member, 1)
  return form.toString()
}

function add(form: URLSearchParams, name: string, value: unknown, depth: number): void {
  if (value === undefined) return
  if (depth > maxDepth) throw new TypeError('The form is nested too deeply')
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      add(form, isPlain(item) ? name : `${name}[${index}]`, item, depth + 1)
  } else if (isPlain(value)) form.append(name, textOf(value))
  else
    for (const [key, member] of Object.entries(value as object))
      add(form, `${name}[${key}]`, member, depth + 1)
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value)
}

function textOf(value: unknown): string {
  if (value === null) return ''
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value)
  throw new TypeError('A form holds texts, numbers and truth values')
}
