import { createDecipheriv } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { compactDecrypt } from 'jose'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { formats } from '../../../src/plugins/crypto-envelope/codecs.ts'
import { rsaDecrypt } from '../../../src/plugins/crypto-envelope/codecs/rsa-password.ts'
import type { KeySettings, ProfileSettings } from '../../../src/plugins/crypto-envelope/config.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { buildProfile, now, open } from './build-profile.ts'
import type { GcmEnvelope } from './gcm-client.ts'

const document = readFileSync(
  new URL('../../../src/plugins/crypto-envelope/FORMATS.md', import.meta.url),
  'utf8'
)
const demoKeys = new URL('../../vectors/ruoyi-demo-keys.json', import.meta.url)

/** A worked example: its rows by name, all those of a name. */
class Example {
  readonly name: string
  readonly #rows: readonly (readonly [string, string])[]

  constructor(name: string, text: string) {
    this.name = name
    this.#rows = [...text.matchAll(/^(\S.*?) {2,}(.+)$/gm)].map(([, row = '', value = '']) => [row, value])
  }

  all(name: string): string[] {
    return this.#rows.flatMap(([row, value]) => (row === name ? [value] : []))
  }

  row(name: string): string {
    return this.all(name)[0] ?? `the example of ${this.name} has no row '${name}'`
  }

  headers(name: string): Record<string, string> {
    return Object.fromEntries(this.all(name).map(line => line.split(': ') as [string, string]))
  }

  /** The keys as settings, with what the schema fills in. */
  keys(): Record<string, KeySettings> {
    const row = this.row('keys')
    const keys = (row.startsWith('{') ? parse(row) : JSON.parse(readFileSync(demoKeys, 'utf8'))) as object
    const entries = Object.entries(keys).map(([kid, key]) => [
      kid,
      { encoding: 'base64', use: 'both', ...key }
    ])
    return Object.fromEntries(entries) as Record<string, KeySettings>
  }

  /** The profile, on the clock and with the random bytes of the example. */
  profile() {
    const bytes = Buffer.from(this.all('answer random')[0] ?? '', 'hex')
    let drawn = 0
    const random = (size: number): Buffer => Buffer.from(bytes.subarray(drawn, (drawn += size)))
    const settings = parse(this.row('profile')) as Omit<ProfileSettings, 'keys'>
    return buildProfile(settings, this.keys(), { clock: fakeClock(now + 25), random })
  }
}

const examples = document
  .split('### Worked example: ')
  .slice(1)
  .map(text => new Example(text.slice(0, text.indexOf('\n')), /```text\n(.*?)```/s.exec(text)?.[1] ?? ''))

async function exchange(example: Example) {
  const profile = await example.profile()
  const [method = '', url = ''] = example.row('request').split(' ')
  const [path = '', query = ''] = url.split('?')
  const context = { method, path, query, headers: example.headers('request header') }
  const opened = await open(profile, { body: Buffer.from(example.row('request body')), context })
  const value: unknown = JSON.parse(example.row('answer plaintext'))
  const key = profile.ring.sealing(opened.kid)!
  return { opened, answer: await profile.codec.seal(value, key, { context, binding: opened.binding }) }
}

test('every format has an example', () => {
  const names = examples.map(({ name }) => name)
  expect(names.toSorted()).toEqual([...Object.keys(formats), 'hmac'].toSorted())
})

test.each(examples)('the request of $name opens', async example => {
  const { opened } = await exchange(example)
  expect(opened.value).toEqual(JSON.parse(example.row('request plaintext')))
})

// Their libraries draw their random bytes themselves.
const drawing = new Set(['jwe', 'ruoyi-hybrid'])

test.each(examples.filter(({ name }) => !drawing.has(name)))(
  'the answer of $name is exact',
  async example => {
    const { answer } = await exchange(example)
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
    expect(body).toBe(example.row('answer body'))
    expect(answer.headers ?? {}).toEqual(example.headers('answer header'))
  }
)

const find = (name: string): Example => examples.find(example => example.name === name)!

test('the answer of jwe opens, and so does a new one', async () => {
  const example = find('jwe')
  const { answer, opened } = await exchange(example)
  const key = Buffer.from(example.keys()['demo-1']?.key ?? '', 'base64url')
  for (const token of [example.row('answer body'), answer.body as string]) {
    const { plaintext, protectedHeader } = await compactDecrypt(token, key)
    expect(Buffer.from(plaintext).toString()).toBe(example.row('answer plaintext'))
    expect(protectedHeader['rid']).toBe(opened.binding['jti'])
  }
})

test('the answer of ruoyi-hybrid opens, and a new one has the same body', async () => {
  const example = find('ruoyi-hybrid')
  const { answer } = await exchange(example)
  expect(answer.body).toBe(example.row('answer body'))
  const { ring } = await example.profile()
  for (const { 'encrypt-key': sealed = '' } of [example.headers('answer header'), answer.headers ?? {}]) {
    const text = rsaDecrypt(ring.find('in')!.key, Buffer.from(sealed, 'base64'), 44)
    const decipher = createDecipheriv('aes-256-ecb', Buffer.from(text.toString(), 'base64'), null)
    const plaintext = decipher.update(example.row('answer body'), 'base64', 'utf8') + decipher.final('utf8')
    expect(plaintext).toBe(example.row('answer plaintext'))
  }
})

describe('the additional data of aes-256-gcm', () => {
  const example = find('aes-256-gcm')

  test.each(['request', 'answer'])('of the %s are as they are written', part => {
    const key = Buffer.from(example.keys()['demo-1']?.key ?? '', 'base64url')
    const { nonce, ct } = JSON.parse(example.row(`${part} body`)) as GcmEnvelope
    const sealed = Buffer.from(ct, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'))
    decipher.setAAD(Buffer.from(example.row(`${part} additional data`).replaceAll('\\n', '\n')))
    decipher.setAuthTag(sealed.subarray(-16))
    const plaintext = decipher.update(sealed.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
    expect(plaintext).toBe(example.row(`${part} plaintext`))
  })
})
