import { UsageError, type Invocation } from './invocation.ts'
import { printAnswer } from './print-answer.ts'

const timeoutMs = 3_000

/**
 * `paifang health`: asks a running gateway whether it is ready, for container health checks, where there is no curl.
 * Prints what it says, and ends with 1 when it is not, or cannot be reached within 3 s.
 * @throws {UsageError} for a `--url` that is none
 */
export async function health({ args, flags }: Invocation): Promise<void> {
  if (args.length > 0) throw new UsageError('health takes no argument but --url')
  const port = process.env['PAIFANG_SERVER_PORT'] || process.env['PORT'] || '3000'
  await printAnswer(flags['url'] ?? `http://127.0.0.1:${port}/readyz`, { timeoutMs })
}
