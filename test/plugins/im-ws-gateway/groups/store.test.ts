import { expect, onTestFinished, test } from 'vitest'
import { SqliteDatabase } from '../../../../src/plugins/database/sqlite-database.ts'
import { newMember } from '../../../../src/plugins/im-ws-gateway/embedded/groups/joining.ts'
import { GroupStore } from '../../../../src/plugins/im-ws-gateway/embedded/groups/store.ts'
import { openTables } from '../../../../src/plugins/im-ws-gateway/embedded/groups/tables.ts'

const row = (groupID: string, userID: string) => newMember({ groupID, userID, joinTime: 0, joinSource: 2 })

/** Groups `g` with ann and cid and `h` with bob, of which memory holds one. */
async function small(): Promise<GroupStore> {
  const database = await SqliteDatabase.connect(':memory:', 0)
  onTestFinished(() => database.close())
  const store = new GroupStore(await openTables(database), { maxGroupText: 1, maxMemberIDs: 1 })
  const rows = [row('g', 'ann'), row('g', 'cid'), row('h', 'bob')]
  await store.db.insertInto('im_groups_members').values(rows).execute()
  return store
}

const remove = (store: GroupStore, userID: string) =>
  store.db.deleteFrom('im_groups_members').where('userID', '=', userID).execute()

test('whoever comes into a group that is being read is in it afterwards', async () => {
  const store = await small()
  const reading = store.roster('g')
  const writing = store.db.insertInto('im_groups_members').values(row('g', 'eve')).execute()
  store.came('g', ['eve'])
  await Promise.all([reading, writing])
  expect((await store.roster('g')).ids).toEqual(new Set(['ann', 'cid', 'eve']))
})

test('those who leave are among the ids until that was told, and no members any more', async () => {
  const store = await small()
  await store.member('g', 'cid')
  const seen: unknown[] = []
  await store.leaving(
    'g',
    async () => {
      await remove(store, 'cid')
      return { removed: [row('g', 'cid')] }
    },
    async () => {
      await store.roster('h')
      seen.push([...(await store.roster('g')).ids], await store.member('g', 'cid'))
    }
  )
  expect(seen).toEqual([['ann', 'cid'], undefined])
  await store.roster('h')
  expect((await store.roster('g')).ids).toEqual(new Set(['ann']))
})

test('nobody leaves when that fails', async () => {
  const store = await small()
  const leaving = store.leaving(
    'g',
    () => Promise.reject(new Error('disk full')),
    () => Promise.resolve()
  )
  await expect(leaving).rejects.toThrow('disk full')
  expect((await store.roster('g')).ids).toEqual(new Set(['ann', 'cid']))
})
