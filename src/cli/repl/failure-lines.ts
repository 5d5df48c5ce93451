/** The parts of a log line that are shown: those of Fastify, and those of `api-error`. */
interface Failure {
  readonly level?: number
  readonly msg?: string
  readonly err?: { readonly stack?: string }
  readonly causes?: readonly { readonly name?: string; readonly message?: string }[]
  readonly at?: readonly string[]
}

/** The level `error` in the log. */
const errorLevel = 50

/** Takes the log, and writes to `output` what has failed and where: an answer says no more than that it did. */
export function failureLines(output: { write(text: string): unknown }): { write(line: string): void } {
  return {
    write(line) {
      const { level = 0, msg = '', err, causes = [], at = [] } = JSON.parse(line) as Failure
      if (level < errorLevel) return
      const reasons = causes.map(({ name = 'Error', message = '' }) => `${name}: ${message}`)
      const lines = [msg, ...(err?.stack ? [err.stack] : []), ...reasons, ...at.map(place => `    ${place}`)]
      output.write(`${lines.join('\n')}\n`)
    }
  }
}
