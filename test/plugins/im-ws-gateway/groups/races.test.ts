import { describe, expect, test } from 'vitest'
import type { OpenedGroups } from '../../../../src/plugins/im-ws-gateway/embedded/groups/open-groups.ts'
import { device, everybody, rig, type Rig } from './rig.ts'

const g = { groupID: 'g' }

async function codes(attempts: readonly Promise<unknown>[]): Promise<string[]> {
  const ends = await Promise.allSettled(attempts)
  return ends.map(end => (end.status === 'fulfilled' ? 'done' : (end.reason as { code: string }).code))
}

/** Ids of those who own it by their role. */
async function owners(groups: OpenedGroups): Promise<string[]> {
  const members = await groups.part.getGroupMembers('ann', { ...g, filter: 1 }, device)
  return members.map(({ userID }) => userID)
}

/** Two that answer at the same time: of one process, which share what they know, or of two, which do not. */
const sides = [
  ['one process', async ({ groups }: Rig): Promise<OpenedGroups[]> => [groups, groups]],
  [
    'two processes',
    async ({ groups, again }: Rig): Promise<OpenedGroups[]> => {
      const other = await again()
      for (const side of [groups, other])
        for (const userID of everybody) await side.assertMaySpeak('g', userID)
      return [groups, other]
    }
  ]
] as const

describe.each(sides)('in %s', (_name, open) => {
  const both = async (options?: Parameters<typeof rig>[0], info?: Parameters<Rig['make']>[0]) => {
    const made = await rig(options)
    await made.make(info)
    const [one = made.groups, other = made.groups] = await open(made)
    return { ...made, one, other }
  }

  test('two joins of a user at once make him a member once', async () => {
    const { one, other, again, told } = await both({}, { needVerification: 2 })
    const ends = await codes([one, other].map(side => side.part.joinGroup('eve', g, device)))
    expect(ends.toSorted()).toEqual(['done', 'duplicate'])
    const after = await again()
    expect(await after.group('g')).toMatchObject({ memberCount: 6 })
    expect(await after.memberIDs('g')).toEqual(new Set([...everybody, 'eve']))
    expect(told.filter(({ event }) => event.kind === 'joinedGroupAdded')).toHaveLength(1)
  })

  test('two users do not get the same last place', async () => {
    const { one, other, again } = await both({ maxGroupMembers: 6 }, { needVerification: 2 })
    const ends = await codes([one.part.joinGroup('eve', g, device), other.part.joinGroup('fay', g, device)])
    expect(ends.toSorted()).toEqual(['badArguments', 'done'])
    const after = await again()
    expect(await after.group('g')).toMatchObject({ memberCount: 6 })
    expect((await after.memberIDs('g')).size).toBe(6)
  })

  test('two transfers at once leave one owner', async () => {
    const { one, other, again } = await both()
    const ends = await codes([
      one.part.transferGroupOwner('ann', { ...g, newOwnerUserID: 'bob' }, device),
      other.part.transferGroupOwner('ann', { ...g, newOwnerUserID: 'cid' }, device)
    ])
    expect(ends.toSorted()).toEqual(['done', 'noPermission'])
    const after = await again()
    expect(await owners(after)).toEqual([(await after.group('g'))?.ownerUserID])
  })

  test('a transfer to somebody who leaves at the same time leaves one owner', async () => {
    const { one, other, again } = await both()
    await codes([
      one.part.transferGroupOwner('ann', { ...g, newOwnerUserID: 'cid' }, device),
      other.part.quitGroup('cid', g, device)
    ])
    const after = await again()
    expect(await owners(after)).toEqual([(await after.group('g'))?.ownerUserID])
    expect((await after.memberIDs('g')).size).toBe((await after.group('g'))?.memberCount)
  })

  test('an application that two answer at once is answered once', async () => {
    const { one, other, again, as } = await both()
    await as('eve', 'joinGroup', g)
    const answer = { ...g, fromUserID: 'eve' }
    const ends = await codes([
      one.part.acceptGroupApplication('ann', answer, device),
      other.part.refuseGroupApplication('bob', answer, device)
    ])
    expect(ends.toSorted()).toEqual(['alreadyHandled', 'done'])
    const [request] = await as('eve', 'getGroupApplicationsAsApplicant', {})
    const isMember = (await (await again()).memberIDs('g')).has('eve')
    expect(request?.handleResult).toBe(isMember ? 1 : -1)
  })

  test('somebody who is removed by two at once is counted once', async () => {
    const { one, other, again } = await both()
    await codes([
      one.part.kickFromGroup('ann', { ...g, userIDList: ['cid'] }, device),
      other.part.kickFromGroup('bob', { ...g, userIDList: ['cid'] }, device)
    ])
    const after = await again()
    expect(await after.group('g')).toMatchObject({ memberCount: 4 })
    expect((await after.memberIDs('g')).size).toBe(4)
  })

  test('nobody comes into a group while it is dismissed', async () => {
    const { one, other, again } = await both({}, { needVerification: 2 })
    const [dismissed, joined] = await codes([
      one.part.dismissGroup('ann', g, device),
      other.part.joinGroup('eve', g, device)
    ])
    expect(dismissed).toBe('done')
    const after = await again()
    expect((await after.memberIDs('g')).has('eve')).toBe(joined === 'done')
    expect((await after.memberIDs('g')).size).toBe((await after.group('g'))?.memberCount)
  })

  test('two groups of one id become one', async () => {
    const { one, other, again } = await both()
    const args = { groupInfo: { groupID: 'h' } }
    const ends = await codes([
      one.part.createGroup('ann', args, device),
      other.part.createGroup('bob', args, device)
    ])
    expect(ends.toSorted()).toEqual(['done', 'duplicate'])
    const after = await again()
    expect(await after.memberIDs('h')).toEqual(new Set([(await after.group('h'))?.ownerUserID]))
  })
})

test('who was admin when he asked, and is not when it is his turn, may not', async () => {
  const { make, groups } = await rig()
  await make()
  const ends = await codes([
    groups.part.setGroupMemberInfo('ann', { ...g, userID: 'bob', roleLevel: 20 }, device),
    groups.part.kickFromGroup('bob', { ...g, userIDList: ['cid'] }, device)
  ])
  expect(ends).toEqual(['done', 'noPermission'])
})

test('what is told of two changes comes in the order of the changes', async () => {
  const { make, groups, log } = await rig()
  await make({ needVerification: 2 })
  await Promise.all([
    groups.part.joinGroup('eve', g, device),
    groups.part.kickFromGroup('ann', { ...g, userIDList: ['eve'] }, device)
  ])
  expect(log.filter(line => line.startsWith('notice') || line.startsWith('eve joined'))).toEqual([
    'eve joinedGroupAdded',
    'notice 1510',
    'notice 1508',
    'eve joinedGroupDeleted'
  ])
})
