import { expect, test } from 'vitest'
import { declarations, declaredResults, typeOf } from './declared-types.ts'
import { misfits } from './fits.ts'
import { versions } from './packages.ts'

test.each(versions)(
  'what %s declares of its data is known, and so is whether a value has that type',
  version => {
    const types = declarations(version)
    const conversation = types.get('ConversationItem')
    const fields = conversation?.kind === 'fields' ? [...conversation.fields.keys()] : []
    expect(fields).toEqual(expect.arrayContaining(['conversationID', 'unreadCount', 'latestMsg']))
    const value = Object.fromEntries(fields.map(name => [name, name.startsWith('is') ? true : 'text']))
    const numbers = misfits(value, typeOf('ConversationItem'), { types })
    expect(numbers.length).toBeGreaterThanOrEqual(6)
    expect(numbers).toContain('.unreadCount is "text", not number')
    expect(numbers.filter(line => !/(Type|Opt|Count|Time|Duration) is/.test(line))).toEqual([])
    expect(misfits([{}, null], typeOf('ConversationItem[]'), { types })).toEqual([
      ...fields.map(name => expect.stringMatching(`^\\[0\\]\\.${name} is absent, not`)),
      '[1] is null, not an object'
    ])
  }
)

test('moments are in the unit of their type', () => {
  const types = declarations('2.3.0')
  const options = { types, inSeconds: /^GroupMember/ }
  const wrong = (value: object, type: string): readonly string[] =>
    misfits(value, typeOf(type), options).filter(line => line.includes('moment'))
  expect(wrong({ joinTime: 1_760_000_000, muteEndTime: 0 }, 'GroupMemberItem')).toEqual([])
  expect(wrong({ joinTime: 1_760_000_000_000 }, 'GroupMemberItem')).toEqual([
    '.joinTime is 1760000000000, not a moment in seconds'
  ])
  expect(wrong({ sendTime: 1_760_000_000 }, 'MessageItem')).toEqual([
    '.sendTime is 1760000000, not a moment in milliseconds'
  ])
})

test('roles are of the generation of the client', () => {
  const member = (version: (typeof versions)[number], roleLevel: number): readonly string[] => {
    const types = declarations(version)
    return misfits(roleLevel, typeOf(version === '3.5.2' ? 'GroupMemberRole' : 'GroupRole'), { types })
  }
  expect(member('3.5.2', 100)).toEqual([])
  expect(member('3.5.2', 2)).toEqual([' is 2, not one of GroupMemberRole'])
  expect(member('2.3.0', 2)).toEqual([])
  expect(member('2.3.0', 100)).toEqual([' is 100, not one of GroupRole'])
})

test('3.5.2 declares the results of its methods', () => {
  const results = declaredResults()
  expect(results.get('getFriendList')).toBe('FullUserItem[]')
  expect(results.get('logout')).toBe('unknown')
  expect(results.size).toBeGreaterThan(90)
})
