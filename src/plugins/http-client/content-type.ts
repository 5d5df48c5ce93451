/** What a Content-Type says. */
export interface ContentType {
  /** In lower case, without parameters; empty where nothing is said. */
  readonly type: string
  readonly charset: string | undefined
}

const texts =
  /^(?:text\/.*|application\/(?:json|xml|javascript|ecmascript|x-javascript|x-www-form-urlencoded|.*\+(?:json|xml))|image\/svg\+xml)$/
const jsons = /^(?:application|text)\/(?:.+\+)?json$/

/** Reads a Content-Type, also one that is not quite right. */
export function contentTypeOf(header: string | undefined): ContentType {
  const [type = '', ...parameters] = (header ?? '').split(';')
  const charset = parameters.map(parameter => /^\s*charset\s*=\s*["']?([^"'\s]+)/i.exec(parameter)?.[1])
  return { type: type.trim().toLowerCase(), charset: charset.find(label => label !== undefined) }
}

/** Whether a body of this type is text. */
export function isTextType(type: string): boolean {
  return texts.test(type)
}

/** Whether a body of this type is JSON. */
export function isJsonType(type: string): boolean {
  return jsons.test(type)
}
