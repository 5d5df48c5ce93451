import { expect, test } from 'vitest'
import { startScan, type Browser, type ScanGateway, type ScanOptions } from './scan-rig.ts'

const clientSecret = 'secret-of-the-site'

/** A gateway and a browser whose user has scanned. */
async function scanned(
  options: ScanOptions = {}
): Promise<{ gateway: ScanGateway; browser: Browser; code: string }> {
  const gateway = await startScan({ ...options, config: { clientSecret, ...options.config } })
  const browser = gateway.browser()
  const { url } = await browser.post<{ url: string }>('/v1/scan')
  const stream = await browser.open('/v1/scan/stream')
  await gateway.simulator.phone.scan({ url }, gateway.follower())
  const code = String((await stream.next('confirmed')).data['code'])
  return { gateway, browser, code }
}

const withSecret = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } })

test('a backend redeems a code with the client secret, once', async () => {
  const { gateway, code } = await scanned()
  await using _ = gateway
  const backend = gateway.browser()
  const answer = await backend.fetch('/v1/scan/exchange', { json: { code }, ...withSecret(clientSecret) })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(await answer.json()).toHaveProperty('openid')
  const again = await backend.fetch('/v1/scan/exchange', { json: { code }, ...withSecret(clientSecret) })
  expect(again.status).toBe(400)
  expect(await again.json()).toMatchObject({ code: 'scan.bad_code' })
})

test('a wrong secret is refused and costs nobody the code', async () => {
  const { gateway, browser, code } = await scanned()
  await using _ = gateway
  for (const secret of ['wrong', '', clientSecret.toUpperCase()]) {
    // eslint-disable-next-line no-await-in-loop
    const refused = await gateway
      .browser()
      .fetch('/v1/scan/exchange', { json: { code }, ...withSecret(secret) })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toBe('Bearer')
  }
  expect(await browser.post('/v1/scan/exchange', { code })).toHaveProperty('openid')
})

test('where no client secret is set, none is right', async () => {
  const { gateway, code } = await scanned({ config: { clientSecret: '' } })
  await using _ = gateway
  const refused = await gateway.browser().fetch('/v1/scan/exchange', { json: { code }, ...withSecret('x') })
  expect(refused.status).toBe(401)
})

test('a browser that sends the credentials of its site everywhere is a browser all the same', async () => {
  const { gateway, browser, code } = await scanned()
  await using _ = gateway
  const headers = { authorization: `Basic ${Buffer.from('staging:secret').toString('base64')}` }
  const answer = await browser.fetch('/v1/scan/exchange', { json: { code }, headers })
  expect([answer.status, await answer.json()]).toMatchObject([200, { account: 'default' }])
})

test('a stolen code is worth nothing in another browser', async () => {
  const { gateway, code } = await scanned()
  await using _ = gateway
  const thief = gateway.browser()
  expect((await thief.fetch('/v1/scan/exchange', { json: { code } })).status).toBe(401)
  await thief.post('/v1/scan')
  expect((await thief.fetch('/v1/scan/exchange', { json: { code } })).status).toBe(400)
})

test('a page of another site cannot complete a login in the name of its visitor', async () => {
  const { gateway, browser, code } = await scanned()
  await using _ = gateway
  const headers = { origin: 'https://evil.example' }
  expect((await browser.fetch('/v1/scan/exchange', { json: { code }, headers })).status).toBe(403)
})

test('a browser has five tries', async () => {
  const { gateway, browser, code } = await scanned()
  await using _ = gateway
  for (let tried = 0; tried < 5; tried++)
    // eslint-disable-next-line no-await-in-loop
    expect((await browser.fetch('/v1/scan/exchange', { json: { code: `guess${tried}` } })).status).toBe(400)
  const refused = await browser.fetch('/v1/scan/exchange', { json: { code } })
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('600')
})

test('a site in the same process sets its own cookie', async () => {
  const { gateway, browser, code } = await scanned()
  await using _ = gateway
  const seen: string[] = []
  gateway.scan.onLogin((_request, reply, { openid }) => {
    seen.push(openid)
    reply.header('set-cookie', 'session=of-the-site; HttpOnly')
  })
  const answer = await browser.fetch('/v1/scan/exchange', { json: { code } })
  const { openid } = (await answer.json()) as { openid: string }
  expect(seen).toEqual([openid])
  expect(answer.headers.getSetCookie()).toEqual([
    expect.stringContaining('paifang-scan=;'),
    'session=of-the-site; HttpOnly'
  ])
})

test('what a site throws ends the login with its own failure', async () => {
  const { gateway, browser, code } = await scanned()
  await using _ = gateway
  gateway.scan.onLogin(() => {
    throw new Error('no such user here')
  })
  expect((await browser.fetch('/v1/scan/exchange', { json: { code } })).status).toBe(500)
})

test('a unionid comes with the identity where it is asked for', async () => {
  const { gateway, browser, code } = await scanned({ config: { unionId: true } })
  await using _ = gateway
  const { openid, unionid } = await browser.post<{ openid: string; unionid: string }>('/v1/scan/exchange', {
    code
  })
  expect(unionid).toBe(gateway.simulator.people.find(openid)?.unionid)
})

test('the secret of a browser, its codes and its tickets reach no log and no address', async () => {
  const logs: string[] = []
  const { gateway, browser, code } = await scanned({ logs })
  await using _ = gateway
  const [, secret = ''] = browser.cookies.split('=')
  const { openid } = await browser.post<{ openid: string }>('/v1/scan/exchange', { code })
  const { appSecret, token, encodingAesKey } = gateway.simulator.account
  const said = logs.join('\n')
  expect(said).toContain('/v1/scan/exchange')
  for (const hidden of [secret, code, openid, clientSecret, appSecret, token, encodingAesKey])
    expect(said).not.toContain(hidden)
})
