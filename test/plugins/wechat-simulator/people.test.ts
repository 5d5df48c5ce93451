import { expect, test } from 'vitest'
import { People } from '../../../src/plugins/wechat-simulator/people.ts'
import { fakeClock } from '../../../src/testing/index.ts'

test('somebody made up has the ids that WeChat gives, and follows nobody', () => {
  expect(new People(fakeClock()).make()).toMatchObject({
    openid: expect.stringMatching(/^o[\w-]{27}$/),
    unionid: expect.stringMatching(/^u[\w-]{27}$/),
    follower: false,
    chat: []
  })
})

test('whoever was met once is the same person', () => {
  const people = new People(fakeClock())
  expect(people.find('oAnn')).toBeUndefined()
  const ann = people.meet('oAnn')
  expect(people.meet('oAnn')).toBe(ann)
  expect(people.find('oAnn')).toBe(ann)
})

test('the newest come first', () => {
  const people = new People(fakeClock())
  for (const name of ['a', 'b', 'c']) people.meet(name)
  expect(people.newest(2).map(({ openid }) => openid)).toEqual(['c', 'b'])
})

test('WeChat tells people what they have done, and when', async () => {
  const clock = fakeClock()
  const people = new People(clock)
  const ann = people.meet('oAnn')
  people.follow(ann, { scene: '7', kind: 'number' })
  const followedAt = clock.now()
  await clock.advance(1_000)
  people.unfollow(ann)
  expect(ann).toMatchObject({ follower: false, followedAt, followedScene: { scene: '7' } })
  expect(ann.chat).toEqual([
    { from: 'wechat', text: 'followed', at: followedAt },
    { from: 'wechat', text: 'unfollowed', at: followedAt + 1_000 }
  ])
})

test('a chat keeps its last hundred entries', () => {
  const people = new People(fakeClock())
  const ann = people.meet('oAnn')
  for (let count = 1; count <= 120; count++) people.write(ann, 'user', String(count))
  expect([ann.chat.length, ann.chat[0]?.text, ann.chat.at(-1)?.text]).toEqual([100, '21', '120'])
})
