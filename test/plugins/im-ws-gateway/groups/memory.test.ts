import { afterEach, describe, expect, test, vi } from 'vitest'
import { SqliteConnection } from '../../../../src/plugins/database/sqlite-connection.ts'
import { everybody, rig } from './rig.ts'

const g = { groupID: 'g' }

/** Counts the queries from now on. */
function queries(): () => number {
  const spy = vi.spyOn(SqliteConnection.prototype, 'executeQuery')
  return () => spy.mock.calls.length
}

afterEach(() => void vi.restoreAllMocks())

describe('what every message asks for', () => {
  test('is read from the database once', async () => {
    const { make, again } = await rig()
    await make()
    const groups = await again()
    await groups.assertMaySpeak('g', 'cid')
    const count = queries()
    await groups.assertMaySpeak('g', 'cid')
    await groups.memberIDs('g')
    await groups.group('g')
    await groups.member('g', 'cid')
    expect(count()).toBe(0)
  })

  test('is not asked for again for somebody who is no member', async () => {
    const { make, groups } = await rig()
    await make()
    const count = queries()
    await expect(groups.assertMaySpeak('g', 'eve')).rejects.toMatchObject({ code: 'notInGroup' })
    expect(count()).toBe(0)
  })

  test('is the same set of ids as long as nobody comes or goes, and follows those who do', async () => {
    const { make, groups, as } = await rig()
    await make()
    const ids = await groups.memberIDs('g')
    expect(await groups.memberIDs('g')).toBe(ids)
    await as('ann', 'inviteToGroup', { ...g, userIDList: ['eve'] })
    await as('ann', 'kickFromGroup', { ...g, userIDList: ['bob'] })
    expect(await groups.memberIDs('g')).toEqual(new Set(['ann', 'bea', 'cid', 'dan', 'eve']))
  })

  test('is right for a reader who began before a change', async () => {
    const { make, again, clock } = await rig()
    await make()
    const groups = await again()
    const before = groups.memberIDs('g')
    const after = groups.part.inviteToGroup('ann', { ...g, userIDList: ['eve'] }, { platformID: 5 })
    await Promise.all([before, after, clock.advance(0)])
    expect(await groups.memberIDs('g')).toEqual(new Set([...everybody, 'eve']))
  })
})

test('when the line about those who are removed cannot be kept, they are removed all the same', async () => {
  const { make, groups, fault, notices } = await rig()
  await make()
  notices.push = () => {
    throw new Error('full')
  }
  expect(await fault('ann', 'kickFromGroup', { ...g, userIDList: ['cid'] })).toBe('Error: full')
  expect(await groups.memberIDs('g')).not.toContain('cid')
  expect(await groups.group('g')).toMatchObject({ memberCount: 4 })
})
