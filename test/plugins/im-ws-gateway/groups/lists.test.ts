import { describe, expect, test } from 'vitest'
import { rig, type Rig } from './rig.ts'

const g = { groupID: 'g' }
const idsOf = (rows: readonly { readonly userID: string }[]): string[] => rows.map(({ userID }) => userID)

/** The group of `make`, with eve and fay in it as well, eve from a second after that, fay from two. */
async function joined(): Promise<Rig> {
  const made = await rig()
  await made.make()
  for (const userID of ['fay', 'eve']) {
    await made.clock.advance(1_000)
    await made.as('ann', 'inviteToGroup', { ...g, userIDList: [userID] })
  }
  return made
}

describe('the members of a group', () => {
  test('are listed by role and by when they joined', async () => {
    const { as } = await joined()
    await as('ann', 'setGroupMemberInfo', { ...g, userID: 'eve', roleLevel: 60 })
    const all = ['ann', 'bea', 'bob', 'eve', 'cid', 'dan', 'fay']
    expect(idsOf(await as('cid', 'getGroupMembers', g))).toEqual(all)
    expect(idsOf(await as('cid', 'getGroupMembers', { ...g, filter: 0, offset: 0, count: 0 }))).toEqual(all)
  })

  test.each([
    [1, ['ann']],
    [2, ['bea', 'bob']],
    [3, ['cid', 'dan', 'fay', 'eve']],
    [4, ['bea', 'bob', 'cid', 'dan', 'fay', 'eve']],
    [5, ['ann', 'bea', 'bob']]
  ])('are filtered by role: %s', async (filter, expected) => {
    const { as } = await joined()
    expect(idsOf(await as('cid', 'getGroupMembers', { ...g, filter }))).toEqual(expected)
  })

  test('are listed in pages', async () => {
    const { as } = await joined()
    const page = async (offset: number) =>
      idsOf(await as('cid', 'getGroupMembers', { ...g, offset, count: 3 }))
    expect([await page(0), await page(3), await page(6), await page(9)]).toEqual([
      ['ann', 'bea', 'bob'],
      ['cid', 'dan', 'fay'],
      ['eve'],
      []
    ])
    expect(idsOf(await as('cid', 'getGroupMembers', { ...g, offset: 5 }))).toEqual(['fay', 'eve'])
  })

  test('come with their names', async () => {
    const { as } = await joined()
    await as('cid', 'setGroupMemberInfo', { ...g, userID: 'cid', nickname: 'C' })
    const members = await as('dan', 'getSpecifiedGroupMembers', { ...g, userIDList: ['cid', 'dan'] })
    expect(members).toMatchObject([
      { nickname: 'C', faceURL: 'face-cid' },
      { nickname: 'Name of dan', faceURL: 'face-dan' }
    ])
  })

  test('are found by id, in the order of the ids, each once', async () => {
    const { as } = await joined()
    const userIDList = ['dan', 'nobody', 'ann', 'dan']
    expect(idsOf(await as('cid', 'getSpecifiedGroupMembers', { ...g, userIDList }))).toEqual(['dan', 'ann'])
    expect(await as('cid', 'getSpecifiedGroupMembers', { ...g, userIDList: [] })).toEqual([])
  })

  test('who own or administer it are listed', async () => {
    const { as } = await joined()
    expect(idsOf(await as('cid', 'getGroupOwnerAndAdmins', g))).toEqual(['ann', 'bea', 'bob'])
  })

  test('are listed by when they joined, the latest first, with bounds, without some, in pages', async () => {
    const { as, clock } = await joined()
    const list = async (args: object) =>
      idsOf(await as('cid', 'getGroupMembersByJoinTime', { ...g, ...args }))
    const late = clock.now()
    expect(await list({})).toEqual(['eve', 'fay', 'ann', 'bea', 'bob', 'cid', 'dan'])
    expect(await list({ joinTimeBegin: late - 1_000 })).toEqual(['eve', 'fay'])
    expect(await list({ joinTimeBegin: late - 1_000, joinTimeEnd: late - 1 })).toEqual(['fay'])
    expect(await list({ filterUserIDList: ['eve', 'ann'] })).toEqual(['fay', 'bea', 'bob', 'cid', 'dan'])
    expect(await list({ offset: 1, count: 2 })).toEqual(['fay', 'ann'])
  })

  test('are shown to none but members', async () => {
    const { as, make } = await rig()
    await make()
    expect(await as('eve', 'getGroupMembers', g)).toEqual([])
    expect(await as('eve', 'getSpecifiedGroupMembers', { ...g, userIDList: ['ann', 'eve'] })).toEqual([])
    expect(await as('eve', 'getGroupOwnerAndAdmins', g)).toEqual([])
    expect(await as('eve', 'getGroupMembersByJoinTime', g)).toEqual([])
    expect(await as('eve', 'searchGroupMembers', { ...g, keywordList: ['a'] })).toEqual([])
  })

  test('of a group that is not are not listed', async () => {
    const { fault } = await rig()
    expect(await fault('ann', 'getGroupMembers', g)).toBe('groupNotFound')
    expect(await fault('ann', 'getSpecifiedGroupMembers', { ...g, userIDList: ['ann'] })).toBe(
      'groupNotFound'
    )
    expect(await fault('ann', 'getGroupOwnerAndAdmins', g)).toBe('groupNotFound')
    expect(await fault('ann', 'getGroupMembersByJoinTime', g)).toBe('groupNotFound')
    expect(await fault('ann', 'searchGroupMembers', { ...g, keywordList: ['a'] })).toBe('groupNotFound')
  })
})

describe('groups', () => {
  test('that somebody is in are listed by when he joined', async () => {
    const { as, clock } = await rig()
    for (const groupID of ['c', 'a', 'b']) {
      await clock.advance(1)
      await as('ann', 'createGroup', {
        groupInfo: { groupID },
        memberUserIDs: groupID === 'a' ? [] : ['bob']
      })
    }
    const joinedBy = async (userID: string) =>
      (await as(userID, 'getJoinedGroups', {})).map(({ groupID }) => groupID)
    expect(await joinedBy('ann')).toEqual(['c', 'a', 'b'])
    expect(await joinedBy('bob')).toEqual(['c', 'b'])
    expect(await joinedBy('eve')).toEqual([])
  })

  test('are shown to everybody, in the order of the ids', async () => {
    const { as, make } = await rig()
    await make()
    await as('ann', 'createGroup', { groupInfo: { groupID: 'h' } })
    const found = await as('eve', 'getGroups', { groupIDList: ['h', 'nowhere', 'g', 'h'] })
    expect(found).toMatchObject([{ groupID: 'h' }, { groupID: 'g', memberCount: 5 }])
  })
})

describe('searching groups', () => {
  const search = async (options: object): Promise<string[]> => {
    const { as } = await rig()
    await as('ann', 'createGroup', { groupInfo: { groupID: 'alps', groupName: 'Climbers' } })
    await as('ann', 'createGroup', { groupInfo: { groupID: 'climb', groupName: 'Other' } })
    await as('bob', 'createGroup', { groupInfo: { groupID: 'climbing', groupName: 'Climbers' } })
    const found = await as('ann', 'searchGroups', { keywordList: ['CLIMB'], ...options })
    return found.map(({ groupID }) => groupID)
  }

  test('finds those that somebody is in by id or name, whatever the case', async () => {
    expect(await search({ isSearchGroupID: true, isSearchGroupName: true })).toEqual(['alps', 'climb'])
    expect(await search({ isSearchGroupID: true })).toEqual(['climb'])
    expect(await search({ isSearchGroupName: true })).toEqual(['alps'])
    expect(await search({})).toEqual(['alps', 'climb'])
  })

  test('finds what has one of the words, and nothing without any', async () => {
    expect(await search({ keywordList: ['zzz', 'alp'] })).toEqual(['alps'])
    expect(await search({ keywordList: [] })).toEqual([])
    expect(await search({ keywordList: [''] })).toEqual([])
    expect(await search({ keywordList: ['%'] })).toEqual([])
  })
})

describe('searching members', () => {
  test('finds them by id or by the name that is shown, in pages', async () => {
    const { as, make } = await rig()
    await make()
    await as('cid', 'setGroupMemberInfo', { ...g, userID: 'cid', nickname: 'Bobby' })
    const search = async (options: object) =>
      idsOf(await as('dan', 'searchGroupMembers', { ...g, keywordList: ['BOB'], ...options }))
    expect(await search({})).toEqual(['bob', 'cid'])
    expect(await search({ isSearchUserID: true })).toEqual(['bob'])
    expect(await search({ isSearchMemberNickname: true })).toEqual(['bob', 'cid'])
    expect(await search({ keywordList: ['name of'], count: 2 })).toEqual(['ann', 'bea'])
    expect(await search({ keywordList: ['name of'], offset: 2, count: 2 })).toEqual(['bob', 'dan'])
    expect(await search({ keywordList: ['name of'], offset: 1 })).toEqual(['bea', 'bob', 'dan'])
  })
})
