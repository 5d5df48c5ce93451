import { expect, test } from 'vitest'
import { deleteMembers } from '../../../../src/plugins/im-ws-gateway/embedded/groups/member-changes.ts'
import { GroupStore } from '../../../../src/plugins/im-ws-gateway/embedded/groups/store.ts'
import { openTables } from '../../../../src/plugins/im-ws-gateway/embedded/groups/tables.ts'
import { role } from '../../../../src/plugins/im-ws-gateway/model.ts'
import { rig } from './rig.ts'

test('of members who are removed, those stay whose role is not below, whatever it was before', async () => {
  const { make, database, again } = await rig()
  await make()
  const store = new GroupStore(await openTables(database))
  const { group, removed } = await deleteMembers(store, 'g', ['ann', 'bea', 'cid', 'eve'], role.admin)
  expect(removed.map(({ userID }) => userID)).toEqual(['cid'])
  expect(group.memberCount).toBe(4)
  expect(await (await again()).memberIDs('g')).toEqual(new Set(['ann', 'bea', 'bob', 'dan']))
})
