import type { Invocation } from './invocation.ts'
import { StartupError } from '../core/index.ts'
import { resolveGateway } from '../resolve/resolve.ts'

/**
 * `paifang check`: everything that is found out before a start.
 * @throws {StartupError} when there are problems
 */
export async function check({ options }: Invocation): Promise<void> {
  const { problems, entries } = await resolveGateway(options)
  if (problems.length > 0) throw new StartupError(problems)
  process.stdout.write(`The configuration is good: ${entries.map(({ id }) => id).join(', ')}\n`)
}
