/** One link of a chain of causes, fit for a log line. */
export interface Cause {
  readonly name: string
  readonly message?: string
  readonly code?: string
}

const maxCauses = 5
const quotesUrl = new Set<unknown>(['FST_ERR_BAD_URL', 'FST_ERR_MAX_PARAM_LENGTH'])

/**
 * What was thrown and what caused it, outermost first. Of objects that are no errors only the type is told: their
 * content may be the caller's.
 */
export function causesOf(thrown: unknown): Cause[] {
  const causes: Cause[] = []
  let link = thrown
  try {
    while (causes.length < maxCauses) {
      causes.push(causeOf(link))
      if (!(link instanceof Error) || link.cause === undefined) break
      link = link.cause
    }
  } catch {
    causes.push({ name: 'unreadable' })
  }
  return causes
}

/** Where an error was made, without its message. */
export function framesOf(thrown: unknown): string[] {
  try {
    const { stack = '' } = thrown as Error
    const lines = stack.split('\n')
    return lines.map(line => line.trim()).filter(line => line.startsWith('at '))
  } catch {
    return []
  }
}

function causeOf(link: unknown): Cause {
  const isObject = (typeof link === 'object' && link !== null) || typeof link === 'function'
  if (!isObject) return { name: typeof link, message: String(link) }
  if (!(link instanceof Error)) return { name: typeof link }
  const code: unknown = Reflect.get(link, 'code')
  return { name: link.name, message: messageOf(link), ...(typeof code === 'string' && { code }) }
}

/** Without what a message quotes of the request: `JSON.parse` its input, the router the URL with its query. */
function messageOf(error: Error): string {
  if (error instanceof SyntaxError && error.message.includes('JSON')) return 'not valid JSON'
  return quotesUrl.has(Reflect.get(error, 'code')) ? 'not a path that can be read' : error.message
}
