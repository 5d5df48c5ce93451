import { UsageError, type Invocation } from './invocation.ts'
import { printAnswer } from './print-answer.ts'

/** A gateway with cards may take its time to start. */
const timeoutMs = 180_000

/**
 * `paifang reload`: has a running gateway take over what its configuration says by now, by its admin listener. Prints
 * what has changed, or every problem, and ends with 1 when the gateway has refused or cannot be reached.
 * @throws {UsageError} for a `--url` that is none
 */
export async function reload({ args, flags }: Invocation): Promise<void> {
  if (args.length > 0) throw new UsageError('reload takes no argument but --url')
  const port = process.env['PAIFANG_SERVER_ADMIN_PORT'] || '9000'
  const url = flags['url'] ?? `http://127.0.0.1:${port}`
  if (!URL.canParse(url)) throw new UsageError(`'${url}' is no URL`)
  await printAnswer(new URL('/reload', url).href, { method: 'POST', timeoutMs, pretty: true })
}
