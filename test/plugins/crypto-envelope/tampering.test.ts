import * as fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Opening } from '../../../src/plugins/crypto-envelope/codec.ts'
import type { Profile } from '../../../src/plugins/crypto-envelope/profiles.ts'
import { buildProfile, failureOf, now, open } from './build-profile.ts'
import { taggedFormats } from './clients/formats.ts'
import type { Message } from './clients/message.ts'

const occasion = { method: 'POST', path: '/v1/echo', ts: now }
const plaintext = '{"str":"hello","n":12345}'

describe.each(taggedFormats)('$name', ({ profile: settings, keys, send }) => {
  let profile: Profile
  let message: Message
  let genuine: Opening

  beforeAll(async () => {
    profile = await buildProfile(settings, keys)
    message = await send(plaintext, occasion)
    genuine = await open(profile, message)
  })

  /** False when it is refused, or the same message still: some formats have parts that mean nothing, as white space. */
  async function saysSomethingNew(altered: Message): Promise<boolean> {
    if ((await failureOf(profile, altered)) !== undefined) return false
    const { value, freshness } = await open(profile, altered)
    return !isDeepStrictEqual([value, freshness], [genuine.value, genuine.freshness])
  }

  test('a genuine message opens', () => {
    expect(genuine).toMatchObject({ kid: 'k', value: JSON.parse(plaintext) })
  })

  test('any JSON object goes there', async () => {
    const values = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 })
    await fc.assert(
      fc.asyncProperty(values, async value => {
        const text = JSON.stringify(value)
        fc.pre(!/__proto__|constructor/.test(text))
        const opened = await open(profile, await send(text, occasion))
        expect(opened.value).toEqual(JSON.parse(text))
      }),
      { numRuns: 30 }
    )
  })

  test('no flipped bit of the body says anything new', async () => {
    for (let bit = 0; bit < message.body.length * 8; bit += 3) {
      const body = Buffer.from(message.body)
      body.writeUInt8(message.body.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(await saysSomethingNew({ ...message, body }), `bit ${bit}`).toBe(false)
    }
  })

  test('no flipped bit of a header or of the query says anything new', async () => {
    const { headers = {}, query = '' } = message.context
    const queries = Array.from(query, (_, at) => ({ query: flip(query, at) }))
    const altered = Object.entries(headers).flatMap(([name, value = '']) =>
      Array.from(value, (_, at) => ({ headers: { ...headers, [name]: flip(value as string, at) } }))
    )
    for (const change of [...queries, ...altered]) {
      const context = { ...message.context, ...change }
      expect(await saysSomethingNew({ ...message, context }), `with ${JSON.stringify(change)}`).toBe(false)
    }
  })

  test('no beginning and no end of the body opens', async () => {
    for (let length = 0; length < message.body.length; length += 2) {
      const parts = [message.body.subarray(0, length), message.body.subarray(message.body.length - length)]
      for (const body of parts) expect(await failureOf(profile, { ...message, body })).toBeDefined()
    }
  })

  test('no part of another message fits', async () => {
    const other = await send('{"str":"another"}', { ...occasion, ts: now + 1000 })
    const mixed = [
      { ...message, body: other.body, context: { ...occasion, ...message.context } },
      { ...message, context: { ...occasion, ...other.context } }
    ].filter(({ body, context }) => {
      const outside = JSON.stringify([context.headers, context.query])
      const same = outside === JSON.stringify([other.context.headers, other.context.query])
      return !(body.equals(other.body) && same) && outside !== '[null,null]'
    })
    for (const mix of mixed) expect(await failureOf(profile, mix)).toBeDefined()
    for (const body of swapFields(message.body, other.body))
      expect(await saysSomethingNew({ ...message, body: Buffer.from(body) }), `as ${body}`).toBe(false)
  })

  test('random edits say nothing new', async () => {
    const edits = fc.record({
      at: fc.nat(message.body.length - 1),
      remove: fc.integer({ min: 0, max: 8 }),
      insert: fc.uint8Array({ maxLength: 8 })
    })
    await fc.assert(
      fc.asyncProperty(edits, async ({ at, remove, insert }) => {
        const body = Buffer.concat([message.body.subarray(0, at), insert, message.body.subarray(at + remove)])
        expect(await saysSomethingNew({ ...message, body })).toBe(false)
      }),
      { numRuns: 150 }
    )
  })

  test('a message under another key does not open', async () => {
    const bytes = Buffer.alloc((keys['k']?.key.length ?? 0) / 2, 9)
    expect(await failureOf(profile, await send(plaintext, occasion, bytes))).toBeDefined()
  })
})

function flip(text: string, at: number): string {
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1)
}

/** The bodies, of JSON or of parts with dots between them, with one part of the other in each. */
function swapFields(one: Buffer, other: Buffer): string[] {
  const [first, second] = [one.toString('latin1'), other.toString('latin1')]
  if (first.startsWith('{')) {
    const parsed = JSON.parse(first) as Record<string, unknown>
    const donor = JSON.parse(second) as Record<string, unknown>
    return Object.keys(parsed).map(name => JSON.stringify({ ...parsed, [name]: donor[name] }))
  }
  const donated = second.split('.')
  return first.split('.').map((_, index) =>
    first
      .split('.')
      .toSpliced(index, 1, donated[index] ?? '')
      .join('.')
  )
}
