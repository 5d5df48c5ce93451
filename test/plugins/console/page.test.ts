import { createDecipheriv } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { exampleBody, isSimulated } from '../../../src/plugins/console/example-signature.ts'
import { html, Markup } from '../../../src/core/markup.ts'
import { lookAround } from '../../../src/plugins/console/surroundings.ts'
import { textsIn } from '../../../src/plugins/console/texts.ts'
import type { SignBridge } from '../../../src/plugins/sign-bridge/service.ts'
import { consoleRig, pageOf } from './gateway.ts'

describe('the page', () => {
  test('shows plugins, health, routes and who may call them, before any script runs', async () => {
    const { app, mood } = await consoleRig({
      routes: child =>
        void child.get(
          '/orders',
          { config: { access: 'a token' }, schema: { summary: 'All orders' } },
          () => []
        )
    })
    await using _ = app
    mood.reason = 'no <b>ink</b>'
    await app.inject('/nowhere')
    const page = (await pageOf(app)).replaceAll(/\s+/g, ' ')
    expect(page).toContain('1 of 4 plugins are down: moody')
    expect(page).toMatch(
      /<tr data-key="moody" data-health="down">.*?no &#60;b&#62;ink&#60;\/b&#62;.*?started, \d+ ms/
    )
    expect(page).toMatch(/<tr data-key="api-error" data-health="ok">/)
    expect(page).toMatch(
      /<td>GET<\/td> <td> ?<code>\/orders<\/code> <span>All orders<\/span> ?<\/td> <td>moody<\/td> <td>a token<\/td>/
    )
    expect(page).toMatch(
      /<td>route\.not_found<\/td> <td><b>404<\/b><\/td> <td><code>GET \(no route\)<\/code><\/td>/
    )
    expect(page).toContain('<a href="/_errors">Error catalogue</a>')
    expect(page).not.toContain('/v1/scan/demo')
  })

  test('is in the language that is asked for', async () => {
    const { app } = await consoleRig()
    await using _ = app
    const inject = async (language: string, url = '/') =>
      (await app.inject({ url, headers: { 'accept-language': language } })).body
    expect(await inject('zh-CN,zh;q=0.9,en;q=0.8')).toContain('<html lang="zh-CN">')
    expect(await inject('en-GB')).toContain('<html lang="en">')
    expect(await inject('en-GB', '/?lang=zh')).toContain('最近的错误')
  })

  test('says the same in both languages', () => {
    const keysOf = (value: object): unknown[] =>
      Object.entries(value).map(([key, entry]) => (typeof entry === 'object' ? [key, keysOf(entry)] : key))
    expect(keysOf(textsIn('zh'))).toEqual(keysOf(textsIn('en')))
    const placesOf = (texts: object) =>
      Object.values(texts).map(text =>
        String(text)
          .match(/\{\w+\}/g)
          ?.toSorted()
      )
    expect(placesOf(textsIn('zh').script)).toEqual(placesOf(textsIn('en').script))
  })
})

test('what is put into HTML is escaped, also in attributes', () => {
  const item = html`<i title="${`"'<>&`}">${['<', html`<b>${1}</b>`, undefined]}</i>`
  expect(item.text).toBe('<i title="&#34;&#39;&#60;&#62;&#38;">&#60;<b>1</b></i>')
  expect(html`${new Markup('\\n<br>')}`.text).toBe('\\n<br>')
})

describe('things to try', () => {
  const route = (method: string, url: string, rest: object = {}) =>
    ({ options: { method, url, handler: () => 1, ...rest }, owner: undefined as never }) as const
  const described = (summary: string) => ({ schema: { summary } })

  test('are what can be read without parameters, and says what it does', () => {
    const { trials } = lookAround(
      [
        route('GET', '/a', described('A')),
        route('HEAD', '/a', described('A')),
        route('GET', '/meta', { config: { meta: '{ id?: integer } By meta' } }),
        route('GET', '/a/:id', described('One')),
        route('GET', '/files/*', described('Files')),
        route('POST', '/a', described('Makes')),
        route('GET', '/silent')
      ],
      undefined,
      'cafe'
    )
    expect(trials).toEqual([
      { method: 'GET', path: '/a', summary: 'A' },
      { method: 'GET', path: '/meta', summary: 'By meta' }
    ])
  })

  test('and a signature, where only simulated cards are asked for one', () => {
    const routes = [route('POST', '/getCode', described('Signs'))]
    expect(lookAround(routes, undefined, 'cafe').trials).toEqual([
      { method: 'POST', path: '/getCode', summary: 'Signs', body: 'cafe' }
    ])
    expect(lookAround(routes, undefined, undefined).trials).toEqual([])
  })

  test('the signature is made as examples/getcode.sh has it made', () => {
    const cipher = createDecipheriv('aes-128-ecb', '1234567887654321', null)
    const text = cipher.update(exampleBody(), 'hex', 'utf8') + cipher.final('utf8')
    expect(JSON.parse(text)).toEqual({ str: 'hello', pwdstr: '88888888' })
  })

  test('a card is simulated when its address is that of a simulator', () => {
    const bridge = (...addresses: string[]) =>
      ({ status: () => ({ devices: addresses.map(address => ({ address })) }) }) as unknown as SignBridge
    const cards = { urls: ['ws://127.0.0.1:4000/a', 'ws://127.0.0.1:4001'] }
    expect(isSimulated(bridge('127.0.0.1:4000', '127.0.0.1:4001'), cards)).toBe(true)
    expect(isSimulated(bridge('127.0.0.1:4000', '192.0.2.10:61232'), cards)).toBe(false)
    expect(isSimulated(bridge('127.0.0.1:4000'), undefined)).toBe(false)
    expect(isSimulated(undefined, cards)).toBe(false)
  })
})
