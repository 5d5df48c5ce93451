import { UsageError, type Invocation } from './invocation.ts'

const timeoutMs = 3_000
/** A readiness report names plugins; what is longer is none. */
const maxReportCharacters = 10_000

/**
 * `paifang health`: asks a running gateway whether it is ready, for container health checks, where there is no curl.
 * Prints what it says, and ends with 1 when it is not, or cannot be reached within 3 s.
 * @throws {UsageError} for a `--url` that is none
 */
export async function health({ args, flags }: Invocation): Promise<void> {
  if (args.length > 0) throw new UsageError('health takes no argument but --url')
  const port = process.env['PAIFANG_SERVER_PORT'] || process.env['PORT'] || '3000'
  const url = flags['url'] ?? `http://127.0.0.1:${port}/readyz`
  if (!URL.canParse(url)) throw new UsageError(`'${url}' is no URL`)
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' })
    const text = await answer.text()
    process.stdout.write(`${text.slice(0, maxReportCharacters)}\n`)
    if (!answer.ok) process.exitCode = 1
  } catch (error) {
    const { cause } = error as { readonly cause?: unknown }
    process.stderr.write(`${url} cannot be reached: ${String(cause ?? error)}\n`)
    process.exitCode = 1
  }
}
