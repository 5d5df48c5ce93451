import { afterEach, beforeEach, expect, test } from 'vitest'
import { SqliteDatabase } from '../../../../src/plugins/database/sqlite-database.ts'
import { Memory } from '../../../../src/plugins/im-ws-gateway/embedded/chat/memory.ts'
import { openTables } from '../../../../src/plugins/im-ws-gateway/embedded/chat/tables.ts'
import { Turns } from '../../../../src/plugins/im-ws-gateway/embedded/chat/turns.ts'
import { fakeClock } from '../../../../src/testing/index.ts'

let database: SqliteDatabase
beforeEach(async () => void (database = await SqliteDatabase.connect(':memory:', 1_000)))
afterEach(() => database.close())

test.each(Array.from({ length: 16 }, (_, hops) => hops))(
  'a change that comes %d microtasks after another is made, though nothing else comes',
  async hops => {
    const turns = new Turns(await openTables(database), new Memory(), fakeClock(), () => undefined, 0)
    await turns.change(async () => 'first')
    for (let hop = 0; hop < hops; hop++) await Promise.resolve()
    let outcome = ''
    void turns.change(async () => 'second').then(result => (outcome = result))
    for (let pings = 0; pings < 20; pings++) await database.ping()
    expect(outcome).toBe('second')
    await turns.idle()
  }
)
