import { expect, test } from 'vitest'
import { AccessTokens } from '../../../src/plugins/wechat-simulator/access-tokens.ts'
import { fakeClock } from '../../../src/testing/index.ts'

const minute = 60_000

function made() {
  const clock = fakeClock()
  return { clock, tokens: new AccessTokens(clock) }
}

test('a classic token is another one with each call, and the one before lasts five more minutes', async () => {
  const { clock, tokens } = made()
  const first = tokens.classic()
  await clock.advance(10 * minute)
  const second = tokens.classic()
  expect([first.expires_in, second.expires_in]).toEqual([7200, 7200])
  expect(second.access_token).not.toBe(first.access_token)
  await clock.advance(5 * minute - 1)
  expect(tokens.judge(first.access_token)).toBe('good')
  await clock.advance(1)
  expect(tokens.judge(first.access_token)).toBe('unknown')
  expect(tokens.judge(second.access_token)).toBe('good')
})

test('a token whose two hours are over is told from one that was replaced', async () => {
  const { clock, tokens } = made()
  const { access_token: token } = tokens.classic()
  await clock.advance(120 * minute - 1)
  expect(tokens.judge(token)).toBe('good')
  await clock.advance(1)
  expect(tokens.judge(token)).toBe('over')
  expect(tokens.judge('made up')).toBe('unknown')
})

test('the stable token stays the same until five minutes before its end', async () => {
  const { clock, tokens } = made()
  const first = tokens.stable()
  await clock.advance(60 * minute)
  expect(tokens.stable()).toEqual({ ...first, expires_in: 3600 })
  await clock.advance(55 * minute)
  expect(tokens.stable()).toEqual({ ...first, expires_in: 300 })
})

test('in its last five minutes there is a new stable token, and both are good for five minutes', async () => {
  const { clock, tokens } = made()
  const first = tokens.stable()
  await clock.advance(116 * minute)
  const second = tokens.stable()
  expect(second).toMatchObject({ expires_in: 7200 })
  expect(second.access_token).not.toBe(first.access_token)
  await clock.advance(5 * minute - 1)
  expect([first, second].map(({ access_token }) => tokens.judge(access_token))).toEqual(['good', 'good'])
  await clock.advance(1)
  expect([first, second].map(({ access_token }) => tokens.judge(access_token))).toEqual(['unknown', 'good'])
})

test('no answer of the stable call is good for less than five minutes', async () => {
  const { clock, tokens } = made()
  for (let count = 0; count < 200; count++) {
    expect(tokens.stable().expires_in).toBeGreaterThanOrEqual(300)
    await clock.advance(97_531)
  }
})

test('a stable token that ended while nobody asked is followed by a new one', async () => {
  const { clock, tokens } = made()
  const first = tokens.stable()
  await clock.advance(300 * minute)
  expect(tokens.stable()).toMatchObject({ expires_in: 7200 })
  expect(tokens.judge(first.access_token)).toBe('over')
})

test('a forced refresh ends the old token at once, and may come every 30 s', async () => {
  const { clock, tokens } = made()
  const first = tokens.stable()
  expect(tokens.mayForce).toBe(true)
  const second = tokens.force()
  expect(tokens.judge(first.access_token)).toBe('unknown')
  expect(tokens.stable().access_token).toBe(second.access_token)
  await clock.advance(29_999)
  expect(tokens.mayForce).toBe(false)
  await clock.advance(1)
  expect(tokens.mayForce).toBe(true)
})

test('neither kind of token ends those of the other', () => {
  const { tokens } = made()
  const [stable, classic] = [tokens.stable(), tokens.classic()]
  tokens.classic()
  tokens.force()
  expect(tokens.judge(classic.access_token)).toBe('good')
  expect(tokens.judge(stable.access_token)).toBe('unknown')
})

test('all tokens can be ended at once', () => {
  const { tokens } = made()
  const [stable, classic] = [tokens.stable(), tokens.classic()]
  tokens.revokeAll()
  expect(tokens.judge(stable.access_token)).toBe('unknown')
  expect(tokens.judge(classic.access_token)).toBe('unknown')
  expect(tokens.stable().access_token).not.toBe(stable.access_token)
})

test('a token fits into the 512 characters that are to be kept for it, and into a URL', () => {
  const { access_token: token } = made().tokens.classic()
  expect(token).toMatch(/^[\w-]{100,512}$/)
})

test('tokens are forgotten a day after their end', async () => {
  const { clock, tokens } = made()
  const { access_token: token } = tokens.classic()
  await clock.advance(120 * minute + 86_400_000)
  tokens.classic()
  expect(tokens.judge(token)).toBe('over')
  await clock.advance(1)
  tokens.classic()
  expect(tokens.judge(token)).toBe('unknown')
})
