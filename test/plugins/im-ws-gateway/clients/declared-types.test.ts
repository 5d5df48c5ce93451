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
