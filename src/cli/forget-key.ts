import { forgetKey } from '../plugins/database/service.ts'
import { UsageError, type Invocation } from './invocation.ts'
import { openDatabase } from './open-database.ts'

/**
 * `paifang forget-key PLUGIN`: lets a plugin start with another key than its rows in the database were written with.
 * @throws {UsageError} when no plugin, or one of which no key is known, is named; as `openDatabase`
 * @throws {StartupError} when the configuration is at fault
 */
export async function forgetKeyOf({ args, options }: Invocation): Promise<void> {
  const [plugin] = args
  if (plugin === undefined || args.length > 1) throw new UsageError('usage: paifang forget-key PLUGIN')
  await using opened = await openDatabase(options)
  if (!(await forgetKey(opened.database, plugin)))
    throw new UsageError(`the database knows of no key of '${plugin}'`)
  process.stdout.write(`${plugin} will start with the key that it is given next.\n`)
}
