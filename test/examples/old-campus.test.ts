import { resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'

/** The parts of the example that are looked at here; they are JavaScript. */
interface OldCampus {
  readonly url: string
  readonly faults: { down: boolean; status: number; count(path: string): number; hold(): () => void }
  readonly setPassword: (userid: string, password: string) => void
  close(): Promise<void>
}

async function start(): Promise<OldCampus> {
  const { startOldCampus } = (await import(resolve('examples/portal/old-campus/campus.js'))) as {
    startOldCampus: () => Promise<OldCampus>
  }
  const campus = await startOldCampus()
  onTestFinished(() => campus.close())
  return campus
}

const textOf = async (answer: Response): Promise<string> =>
  new TextDecoder('gbk').decode(await answer.arrayBuffer())
const form = (userid: string, pwd: string) => ({ method: 'POST', body: new URLSearchParams({ userid, pwd }) })

/** Logs in as a browser does; resolves with the cookie, if there is one. */
async function cookieOf(url: string, userid: string, pwd: string): Promise<string | undefined> {
  const entered = await fetch(`${url}/login`, { ...form(userid, pwd), redirect: 'manual' })
  if (entered.status !== 302) return undefined
  const redeemed = await fetch(url + entered.headers.get('location'), { redirect: 'manual' })
  const [cookie, ...attributes] = (redeemed.headers.get('set-cookie') ?? '').split('; ')
  expect(attributes).toEqual(['Path=/portal', 'HttpOnly'])
  return cookie
}

test('texts are in GBK', async () => {
  const { encodeGbk } = (await import(resolve('examples/portal/old-campus/gbk.js'))) as {
    encodeGbk: (text: string) => Buffer
  }
  expect(encodeGbk('余额 a').toString('hex')).toBe('d3e0b6ee2061')
  const text = '牌坊，一卡通￥86.50 —— 王小明'
  expect(new TextDecoder('gbk').decode(encodeGbk(text))).toBe(text)
  expect(encodeGbk('é😀').toString()).toMatch(/\?$/)
})

describe('the old campus', () => {
  test('shows pages of somebody to whoever has their cookie', async () => {
    const { url } = await start()
    const cookie = (await cookieOf(url, '213170001', 'old-paifang')) ?? ''
    const card = await fetch(`${url}/portal/card`, { headers: { cookie } })
    expect(await textOf(card)).toContain('<td>一卡通余额</td><td>￥86.50</td>')
    expect((await fetch(`${url}/portal/card`)).status).toBe(401)
  })

  test('answers a wrong password with a page like any other, and a ticket once', async () => {
    const { url } = await start()
    expect(await cookieOf(url, '213170001', 'wrong')).toBeUndefined()
    const wrong = await fetch(`${url}/login`, form('213170001', 'wrong'))
    expect([wrong.status, await textOf(wrong)]).toEqual([200, expect.stringContaining('用户名或密码错误')])
    const entered = await fetch(`${url}/login`, { ...form('213170001', 'old-paifang'), redirect: 'manual' })
    const sso = url + entered.headers.get('location')
    const statuses = [await fetch(sso, { redirect: 'manual' }), await fetch(sso, { redirect: 'manual' })]
    expect(statuses.map(({ status }) => status)).toEqual([302, 403])
  })

  test('ends sessions with a new password', async () => {
    const { url, setPassword } = await start()
    const cookie = (await cookieOf(url, '213170001', 'old-paifang')) ?? ''
    setPassword('213170001', 'new')
    expect((await fetch(`${url}/portal/card`, { headers: { cookie } })).status).toBe(401)
    expect(await cookieOf(url, '213170001', 'new')).toBeDefined()
  })

  test('fails as it is told to, and counts what is asked', async () => {
    const { url, faults } = await start()
    faults.status = 500
    expect((await fetch(`${url}/news`)).status).toBe(500)
    Object.assign(faults, { status: 0, down: true })
    await expect(fetch(`${url}/news`)).rejects.toThrow('fetch failed')
    faults.down = false
    const release = faults.hold()
    const held = fetch(`${url}/news`)
    release()
    expect([(await held).status, faults.count('/news')]).toEqual([200, 3])
  })
})
