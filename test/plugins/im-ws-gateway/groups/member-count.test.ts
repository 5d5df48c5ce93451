import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OpenedGroups } from '../../../../src/plugins/im-ws-gateway/embedded/groups/open-groups.ts'
import type { GroupResults } from '../../../../src/plugins/im-ws-gateway/operations/groups.ts'
import { device, everybody, rig, type Told } from './rig.ts'

const people = fc.constantFrom(...everybody, 'eve', 'fay')
const some = fc.uniqueArray(people, { minLength: 1, maxLength: 3 })

/** Something that somebody tries to do to a group. */
interface Attempt {
  readonly by: string
  readonly name: keyof GroupResults
  readonly args: object
}

const attempt = (name: keyof GroupResults, args: fc.Arbitrary<object> = fc.constant({})) =>
  fc.record({ by: people, name: fc.constant(name), args })

const attempts: fc.Arbitrary<Attempt> = fc.oneof(
  { weight: 3, arbitrary: attempt('joinGroup') },
  { weight: 3, arbitrary: attempt('quitGroup') },
  { weight: 3, arbitrary: attempt('inviteToGroup', fc.record({ userIDList: some })) },
  { weight: 3, arbitrary: attempt('kickFromGroup', fc.record({ userIDList: some })) },
  { weight: 2, arbitrary: attempt('acceptGroupApplication', fc.record({ fromUserID: people })) },
  { weight: 1, arbitrary: attempt('refuseGroupApplication', fc.record({ fromUserID: people })) },
  { weight: 2, arbitrary: attempt('transferGroupOwner', fc.record({ newOwnerUserID: people })) },
  {
    weight: 2,
    arbitrary: attempt(
      'setGroupMemberInfo',
      fc.record({ userID: people, roleLevel: fc.constantFrom(20, 60) })
    )
  },
  {
    weight: 2,
    arbitrary: attempt('setGroupInfo', fc.record({ needVerification: fc.constantFrom(0, 1, 2) }))
  },
  { weight: 1, arbitrary: attempt('changeGroupMute', fc.record({ isMute: fc.boolean() })) },
  { weight: 1, arbitrary: attempt('dismissGroup') }
)

/** Attempts that come at once, one such lot after the other. */
const lots = fc.array(fc.array(attempts, { minLength: 1, maxLength: 4 }), { maxLength: 15 })

/** What somebody knows who has only heard the events: whether he is in, and how many there are. */
function heard(told: readonly Told[], userID: string): { in: boolean; memberCount: number } {
  const known = { in: false, memberCount: 0 }
  for (const { userID: hearer, event } of told) {
    if (hearer !== userID || !('group' in event)) continue
    if (event.kind === 'joinedGroupAdded') known.in = true
    if (event.kind === 'joinedGroupDeleted') known.in = false
    known.memberCount = event.group.memberCount
  }
  return known
}

test('whatever people do, a group has one owner and as many members as it says, in memory and on disk', async () => {
  const { groups, again, told, forget } = await rig({ maxGroupMembers: 6 })
  let runs = 0

  const check = async (side: OpenedGroups, groupID: string): Promise<void> => {
    const group = await side.group(groupID)
    const ids = await side.memberIDs(groupID)
    const members = await side.part.getGroupMembers([...ids][0] ?? '', { groupID }, device)
    expect(members).toHaveLength(group?.memberCount ?? -1)
    expect(new Set(members.map(({ userID }) => userID))).toEqual(ids)
    expect(members.filter(({ roleLevel }) => roleLevel === 100).map(({ userID }) => userID)).toEqual([
      group?.ownerUserID
    ])
    for (const member of members) expect(await side.member(groupID, member.userID)).toEqual(member)
  }

  await fc.assert(
    fc.asyncProperty(lots, async given => {
      const groupID = `g${++runs}`
      forget()
      const groupInfo = { groupID, needVerification: 2 }
      await groups.part.createGroup('ann', { groupInfo, memberUserIDs: ['bob', 'cid'] }, device)
      for (const lot of given) {
        const tried = lot.map(({ by, name, args }) =>
          (groups.part[name] as (by: string, args: object, cause: object) => Promise<unknown>)(
            by,
            { groupID, ...args },
            device
          )
        )
        const ends = await Promise.allSettled(tried)
        const reasons = ends.flatMap(end => (end.status === 'rejected' ? [end.reason as Error] : []))
        expect(reasons.filter(({ name }) => name !== 'ImError')).toEqual([])
        await check(groups, groupID)
      }
      await check(await again(), groupID)
      const group = await groups.group(groupID)
      const ids = await groups.memberIDs(groupID)
      for (const userID of [...everybody, 'eve', 'fay']) {
        const known = heard(told, userID)
        const isIn = ids.has(userID) && group?.status !== 2
        expect(known).toEqual({ in: isIn, memberCount: isIn ? group?.memberCount : known.memberCount })
      }
    }),
    { numRuns: 60 }
  )
})
