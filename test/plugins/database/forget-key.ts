import { forgetKey } from '../../../src/plugins/database/service.ts'
import { SqliteDatabase } from '../../../src/plugins/database/sqlite-database.ts'

/** Lets a plugin start with another key on a file, as `paifang forget-key` does. */
export async function forgetKeyIn(file: string, plugin: string): Promise<void> {
  const database = await SqliteDatabase.connect(file, 1_000)
  await forgetKey(database, plugin)
  await database.close()
}
