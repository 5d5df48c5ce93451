import { expect, test } from 'vitest'
import { heard, hears, history, say } from './chat.ts'
import type { StartChat } from './gateway.ts'
import { versions } from './packages.ts'
import type { Raw, RawFrame } from './raw-client.ts'

const dialects = ['2.0', '2.3', '3'] as const
const size = 200

/** How often a text has come to a bare socket. */
function timesHeard({ frames }: Raw, text: string): number {
  const isNews = ({ event, data }: RawFrame): boolean =>
    /^OnRecvNewMessages?$/.test(event) && data.includes(text)
  return frames.filter(isNews).length
}

/** A group as large as they are in practice. */
export function groupsOf200Suite(startChat: StartChat): void {
  test.each(versions)(
    'what %s says in a group of 200 reaches everybody once',
    { timeout: 60_000 },
    async version => {
      await using gateway = await startChat()
      const owner = await gateway.online({ version, userID: 'owner' })
      const userIDs = Array.from({ length: size - 4 }, (_, index) => `member-${index}`)
      const members = await Promise.all(
        userIDs.map((userID, index) => gateway.raw({ userID, dialect: dialects[index % 3] ?? '3' }))
      )
      const guests = await Promise.all(
        versions.map(guest => gateway.online({ version: guest, userID: `guest-${guest}` }))
      )
      const memberUserIDs = [...userIDs, ...guests.map(({ userID }) => userID)]
      const created = await owner.ask(
        'createGroup',
        version === '3.5.2'
          ? {
              memberUserIDs,
              groupInfo: { groupType: 2, groupName: 'G' },
              adminUserIDs: [],
              ownerUserID: 'owner'
            }
          : {
              groupBaseInfo: { groupType: 2, groupName: 'G' },
              memberList: memberUserIDs.map(userID => ({ userID, roleLevel: 1 }))
            }
      )
      const { groupID, memberCount } = created as { readonly groupID: string; readonly memberCount: number }
      expect(memberCount).toBe(size)

      await say(owner, { groupID }, 'said-first')
      await say(owner, { groupID }, 'said-last')
      await Promise.all(
        members.map(member => member.until('the last', () => timesHeard(member, 'said-last') > 0))
      )
      expect(members.filter(member => timesHeard(member, 'said-first') !== 1)).toEqual([])
      expect(members.filter(member => timesHeard(member, 'said-last') !== 1)).toEqual([])
      for (const guest of guests) {
        await hears(guest, 'said-last')
        const texts = heard(guest).map(({ text }) => text)
        expect(texts.filter(text => text.startsWith('said'))).toEqual(['said-first', 'said-last'])
        await say(guest, { groupID }, `from ${guest.version}`)
        await hears(owner, `from ${guest.version}`)
      }
      const spoken = (await history(owner, { groupID })).map(({ text }) => text).filter(Boolean)
      expect(spoken).toEqual(['said-first', 'said-last', ...versions.map(guest => `from ${guest}`)])
    }
  )
}
