import { expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { startRig, type Rig, type RigOptions } from './rig.ts'

const routes = (app: FastifyInstance): void => {
  app.post('/seal', ({ user, body }) => ({ sealed: user.encrypt(body as string) }))
  app.post('/open', ({ user, body }) => ({ text: user.decrypt(body as string) }))
}

async function seal(rig: Rig, token: string, text: string): Promise<string> {
  const answer = await send(rig, '/seal', token, text)
  return answer.json<{ sealed: string }>().sealed
}

function send(rig: Rig, url: string, token: string, text: string): ReturnType<Rig['inject']> {
  const headers = { token, 'content-type': 'text/plain' }
  return rig.inject({ method: 'POST', url, payload: text, headers })
}

const changed = 'a new password'

/** Two platforms, something sealed, and the password changed at the provider. */
async function withNews(
  options: RigOptions = {}
): Promise<{ rig: Rig; web: string; ios: string; sealed: string }> {
  const rig = await startRig({ routes, ...options })
  const [web, ios] = [await rig.login(), await rig.login({ platform: 'ios' })]
  const sealed = await seal(rig, web, 'note')
  rig.provider.change('213170001', { password: changed })
  return { rig, web, ios, sealed }
}

test('with the new password comes a new token, and all older sessions end', async () => {
  const { rig, web, ios } = await withNews()
  await using _ = rig
  const token = await rig.login({ password: changed })
  expect([web, ios]).not.toContain(token)
  expect([await rig.me(web), await rig.me(ios)]).toEqual([undefined, undefined])
  expect(await rig.me(token)).toMatchObject({ cardnum: '213170001' })
  expect(await rig.login({ password: changed })).toBe(token)
})

test('afterwards the old password is refused, here and by the provider', async () => {
  const { rig } = await withNews()
  await using _ = rig
  await rig.login({ password: changed })
  expect((await rig.post({ cardnum: '213170001', password: 'correct horse' })).statusCode).toBe(401)
})

test('whoever shows a token of theirs keeps what was encrypted, on every platform from then on', async () => {
  const { rig, ios, sealed } = await withNews()
  await using _ = rig
  const lost: string[] = []
  rig.service.onDataKeyLost(identity => lost.push(identity))
  const token = await rig.login({ password: changed }, { token: ios })
  expect((await send(rig, '/open', token, sealed)).json()).toEqual({ text: 'note' })
  const android = await rig.login({ password: changed, platform: 'android' })
  expect((await send(rig, '/open', android, sealed)).json()).toEqual({ text: 'note' })
  expect(lost).toEqual([])
})

test('without a token what was encrypted is lost, and those who keep it are told', async () => {
  const { rig, sealed } = await withNews()
  await using _ = rig
  const lost: string[] = []
  rig.service.onDataKeyLost(() => {
    throw new Error('a listener with a defect')
  })
  rig.service.onDataKeyLost(identity => lost.push(identity))
  const token = await rig.login({ password: changed })
  expect(lost).toEqual([(await rig.me(token))?.identity])
  const answer = await send(rig, '/open', token, sealed)
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([410, 'session.data_lost'])
})

test.each(['of somebody else', 'that is none', 'that is over'])('a token %s keeps nothing', async kind => {
  const { rig, web, sealed } = await withNews()
  await using _ = rig
  const others = { cardnum: '213170002', password: 'battery staple' }
  const shown = kind === 'of somebody else' ? await rig.login(others) : kind === 'that is none' ? 'ab' : web
  if (kind === 'that is over') await rig.service.logout(web)
  const token = await rig.login({ password: changed }, { token: shown })
  expect((await send(rig, '/open', token, sealed)).statusCode).toBe(410)
})

test('a password that changes back is the right one again, and makes a new token', async () => {
  const { rig, web } = await withNews()
  await using _ = rig
  const second = await rig.login({ password: changed })
  rig.provider.change('213170001', { password: 'correct horse' })
  const third = await rig.login()
  expect(new Set([web, second, third]).size).toBe(3)
  expect([await rig.me(web), await rig.me(second)]).toEqual([undefined, undefined])
  expect(await rig.me(third)).toBeDefined()
})

test('while the provider is down the new password cannot be taken, and old tokens go on', async () => {
  const { rig, web } = await withNews()
  await using _ = rig
  rig.provider.failure = new Error('down')
  expect((await rig.post({ cardnum: '213170001', password: changed })).statusCode).toBe(503)
  expect(await rig.me(web)).toBeDefined()
})
