import { UsageError } from './invocation.ts'

/** An answer that operators want names plugins and settings; what is longer is none. */
const maxCharacters = 100_000

/**
 * Asks a gateway that runs, and prints what it says: JSON on lines, where `pretty`. The exit code becomes 1 when that is
 * bad, or nothing comes within `timeoutMs`.
 * @throws {UsageError} when `url` is none
 */
export async function printAnswer(
  url: string,
  { method = 'GET', timeoutMs, pretty = false }: { method?: string; timeoutMs: number; pretty?: boolean }
): Promise<void> {
  if (!URL.canParse(url)) throw new UsageError(`'${url}' is no URL`)
  try {
    const answer = await fetch(url, { method, signal: AbortSignal.timeout(timeoutMs), redirect: 'error' })
    const text = (await answer.text()).slice(0, maxCharacters)
    process.stdout.write(`${pretty ? onLines(text) : text}\n`)
    if (!answer.ok) process.exitCode = 1
  } catch (error) {
    const { cause } = error as { readonly cause?: unknown }
    process.stderr.write(`${url} cannot be reached: ${String(cause ?? error)}\n`)
    process.exitCode = 1
  }
}

function onLines(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text
  }
}
