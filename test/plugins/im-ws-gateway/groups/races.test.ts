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
    const { one, other, again, notices } = await both()
    const ends = await codes([
      one.part.kickFromGroup('ann', { ...g, userIDList: ['cid'] }, device),
      other.part.kickFromGroup('bob', { ...g, userIDList: ['cid'] }, device)
    ])
    expect(ends).toEqual(['done', 'notInGroup'])
    expect(notices).toHaveLength(1)
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

/** A process that knows the group as it was made, and another that does not. */
async function stale() {
  const made = await rig()
  await made.make({ needVerification: 2 })
  const other = await made.again()
  for (const userID of everybody) await other.assertMaySpeak('g', userID)
  return { ...made, other: other.part }
}

describe('a process that knows a group as it was', () => {
  test('lets nobody in after it was dismissed', async () => {
    const { as, other, again } = await stale()
    await as('ann', 'dismissGroup', g)
    expect(await codes([other.joinGroup('eve', g, device)])).toEqual(['groupDismissed'])
    expect((await (await again()).memberIDs('g')).has('eve')).toBe(false)
  })

  test('changes nothing of it after it was dismissed', async () => {
    const { as, other } = await stale()
    await as('ann', 'dismissGroup', g)
    const ends = await codes([
      other.setGroupInfo('ann', { ...g, groupName: 'New' }, device),
      other.transferGroupOwner('ann', { ...g, newOwnerUserID: 'bob' }, device)
    ])
    expect(ends).toEqual(['groupDismissed', 'groupDismissed'])
  })

  test('lets nobody dismiss it who does not own it any more', async () => {
    const { as, other, groups } = await stale()
    await as('ann', 'transferGroupOwner', { ...g, newOwnerUserID: 'bob' })
    expect(await codes([other.dismissGroup('ann', g, device)])).toEqual(['noPermission'])
    expect(await groups.group('g')).toMatchObject({ status: 0, ownerUserID: 'bob' })
  })

  test('lets nobody leave twice', async () => {
    const { as, other, notices } = await stale()
    await as('cid', 'quitGroup', g)
    expect(await codes([other.quitGroup('cid', g, device)])).toEqual(['notInGroup'])
    expect(notices).toHaveLength(1)
  })

  test('does nothing to a member who has another role by now', async () => {
    const { as, other, again } = await stale()
    await as('ann', 'setGroupMemberInfo', { ...g, userID: 'cid', roleLevel: 60 })
    const mute = () => other.changeGroupMemberMute('bob', { ...g, userID: 'cid', mutedSeconds: 9 }, device)
    expect(await codes([mute()])).toEqual(['notInGroup'])
    expect(await codes([mute()])).toEqual(['noPermission'])
    expect(await (await again()).member('g', 'cid')).toMatchObject({ roleLevel: 60, muteEndTime: 0 })
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

/** What is on disk of the group. */
async function rows(again: () => Promise<OpenedGroups>): Promise<unknown> {
  const groups = await again()
  return [
    await groups.group('g'),
    await groups.part.getGroupMembers('ann', g, device),
    await groups.part.getGroupApplicationsAsRecipient('ann', {}, device)
  ]
}

const changes: readonly [string, (groups: OpenedGroups) => Promise<unknown>][] = [
  ['joinGroup', ({ part }) => part.joinGroup('fay', g, device)],
  ['inviteToGroup', ({ part }) => part.inviteToGroup('ann', { ...g, userIDList: ['fay'] }, device)],
  ['kickFromGroup', ({ part }) => part.kickFromGroup('ann', { ...g, userIDList: ['cid'] }, device)],
  ['quitGroup', ({ part }) => part.quitGroup('cid', g, device)],
  ['dismissGroup', ({ part }) => part.dismissGroup('ann', g, device)],
  ['setGroupInfo', ({ part }) => part.setGroupInfo('ann', { ...g, groupName: 'New' }, device)],
  ['changeGroupMute', ({ part }) => part.changeGroupMute('ann', { ...g, isMute: true }, device)],
  [
    'changeGroupMemberMute',
    ({ part }) => part.changeGroupMemberMute('ann', { ...g, userID: 'cid', mutedSeconds: 9 }, device)
  ],
  [
    'setGroupMemberInfo',
    ({ part }) => part.setGroupMemberInfo('ann', { ...g, userID: 'cid', ex: 'x' }, device)
  ],
  [
    'transferGroupOwner',
    ({ part }) => part.transferGroupOwner('ann', { ...g, newOwnerUserID: 'cid' }, device)
  ],
  [
    'acceptGroupApplication',
    ({ part }) => part.acceptGroupApplication('ann', { ...g, fromUserID: 'fay' }, device)
  ],
  [
    'refuseGroupApplication',
    ({ part }) => part.refuseGroupApplication('ann', { ...g, fromUserID: 'fay' }, device)
  ]
]

test.each(changes)('%s waits until the change before it was told', async (_name, change) => {
  const { make, as, groups, again, holdChat } = await rig()
  await make()
  await as('fay', 'joinGroup', g)
  await as('ann', 'setGroupInfo', { ...g, needVerification: 2 })
  const release = holdChat()
  const first = groups.part.joinGroup('eve', g, device)
  for (let queries = 0; queries < 20; queries++) await as('ann', 'getGroupMembers', g)
  const before = await rows(again)
  const second = change(groups)
  for (let queries = 0; queries < 20; queries++) await as('ann', 'getGroupMembers', g)
  expect(await rows(again)).toEqual(before)
  release()
  await Promise.all([first, second])
  expect(await rows(again)).not.toEqual(before)
})
