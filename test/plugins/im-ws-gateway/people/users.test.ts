import { expect, test } from 'vitest'
import { testPeople } from './opened.ts'

test('a user is registered once, and found with all members', async () => {
  await using opened = await testPeople()
  const { people, registerUser, hasUser, clock } = opened
  expect(await hasUser('u1')).toBe(false)
  expect(await people.user('u1')).toBeUndefined()
  expect(await registerUser({ userID: 'u1', nickname: 'One', faceURL: 'http://f' })).toEqual({
    created: true
  })
  expect(await hasUser('u1')).toBe(true)
  expect(await people.user('u1')).toEqual({
    userID: 'u1',
    nickname: 'One',
    faceURL: 'http://f',
    createTime: clock.now(),
    ex: '',
    globalRecvMsgOpt: 0,
    gender: 0,
    phoneNumber: '',
    birth: 0,
    email: ''
  })
  expect(opened.lines()).toEqual([])
})

test('registering a user again changes what is given and leaves the rest', async () => {
  await using opened = await testPeople()
  const { people, registerUser } = opened
  await registerUser({ userID: 'u1', nickname: 'One', ex: 'x' })
  expect(await registerUser({ userID: 'u1', nickname: 'Uno' })).toEqual({ created: false })
  expect(await people.user('u1')).toMatchObject({ nickname: 'Uno', ex: 'x' })
  expect(opened.lines()).toEqual(['u1 selfInfo', 'groups personChanged', 'chat appearanceChanged'])
  expect(await registerUser({ userID: 'u1', nickname: 'Uno' })).toEqual({ created: false })
  expect(opened.lines()).toEqual([])
})

test('users are kept in the database, not only in memory', async () => {
  await using opened = await testPeople({ users: ['u1'] })
  const { people } = await opened.reopened()
  expect(await people.user('u1')).toMatchObject({ nickname: 'Name of u1' })
})

test('of many users those that exist are found, in the order in which they were asked for', async () => {
  await using opened = await testPeople({ users: ['u1', 'u2', 'u3'] })
  const found = await opened.people.users(['u3', 'nobody', 'u1', 'u3'])
  expect([...found.keys()]).toEqual(['u3', 'u1'])
  expect((await opened.people.users([])).size).toBe(0)
})

test('more users than one query reads are found', async () => {
  const ids = Array.from({ length: 1_100 }, (_, n) => `u${n}`)
  await using opened = await testPeople()
  await Promise.all(ids.map(userID => opened.registerUser({ userID })))
  const { people } = await opened.reopened()
  expect([...(await people.users(ids)).keys()]).toEqual(ids)
})

test('an id that no database can keep is nobody’s, and cannot be registered', async () => {
  await using opened = await testPeople()
  const { people, registerUser } = opened
  expect(await people.user('a\0b')).toBeUndefined()
  expect((await people.users(['\uD83D', 'u1'])).size).toBe(0)
  await expect(registerUser({ userID: '\uD83D' })).rejects.toMatchObject({ code: 'badArguments' })
})

test('a name that was cut amid an emoji is kept with a replacement character', async () => {
  await using opened = await testPeople()
  await opened.registerUser({ userID: 'u1', nickname: 'x\uD83D' })
  expect(await opened.people.user('u1')).toMatchObject({ nickname: 'x\uFFFD' })
})
