import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isNode, parseDocument, visit } from 'yaml'
import { Unopenable, type Opening } from '../../../src/plugins/crypto-envelope/codec.ts'
import { makeCodec } from '../../../src/plugins/crypto-envelope/codecs.ts'
import { readKeysFile } from '../../../src/plugins/crypto-envelope/keys-file.ts'
import type { Profile } from '../../../src/plugins/crypto-envelope/profiles.ts'
import { importRingKey, KeyProblem } from '../../../src/plugins/crypto-envelope/ring-key.ts'
import type { EnvelopeContext } from '../../../src/plugins/crypto-envelope/service.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { buildProfile, now } from '../../plugins/crypto-envelope/build-profile.ts'
import {
  taggedFormats,
  untaggedFormats,
  type SampleFormat
} from '../../plugins/crypto-envelope/clients/formats.ts'
import {
  attempt,
  attemptAsync,
  holds,
  jsonIn,
  keepsSecret,
  partsOf,
  secret,
  textsOf,
  type Target,
  isSame
} from '../target.ts'

/** Where all messages go. */
export const occasion = { method: 'POST', path: '/v1/echo', ts: now }
/** What all kept messages say. */
export const plaintext = '{"str":"hello","n":12345}'
/** What the only message without a signature says: that which asks whether an address of Feishu is right. */
const unsigned = 'url_verification'

const more: readonly SampleFormat[] = [
  {
    name: 'wecom, xml',
    profile: { codec: 'wecom', options: { format: 'xml', receiverId: 'wx5823bf96d3bd56c7' } },
    keys: {
      k: {
        key: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
        encoding: 'utf8',
        use: 'both',
        macKey: 'QDG6eK'
      }
    },
    send: () => Promise.reject(new Error('only read'))
  }
]

/** The formats whose keys are the same in every process. */
export const keptFormats = [...taggedFormats, ...untaggedFormats, ...more].filter(
  ({ name }) => name !== 'jwe, ECDH-ES' && name !== 'ruoyi-hybrid'
)

async function profilesOf(formats: readonly SampleFormat[]): Promise<ReadonlyMap<string, Profile>> {
  const entries = formats.map(
    async ({ name, profile, keys }) => [name, await buildProfile(profile, keys)] as const
  )
  return new Map(await Promise.all(entries))
}

/** What every opened message is like, whoever wrote it. */
function soundOpening({ kid, value, binding, freshness }: Opening): void {
  holds(kid === 'k', 'it was opened with a key that is none of the ring')
  holds(typeof value === 'object' && value !== null && !Array.isArray(value), 'the value is no object')
  holds(!Object.hasOwn(value, '__proto__'), 'the value has a member that becomes a prototype')
  holds(
    Object.values(binding).every(text => typeof text === 'string'),
    'the binding is no text'
  )
  if (!freshness) return
  holds(Number.isSafeInteger(freshness.ts), 'the time is none')
  holds(/^[^:]{1,64}$/.test(freshness.nonce), 'the nonce does not go into a key of State')
}

const raw: Target = {
  name: 'envelope',
  words: ['"kid"', '"nonce"', '"ct"', '"alg"', '.', 'envelope-mac', 'encrypt', '<Encrypt>', '</Encrypt>'],
  cost: 2,
  async prepare() {
    const profiles = await profilesOf(keptFormats)
    const xml = '<xml><MsgType>text</MsgType></xml>'
    const said = [JSON.parse(plaintext) as object, { xml }]
    return async input => {
      const [name = '', outside = ''] = textsOf(input, 2)
      const profile = profiles.get(name)
      if (!profile) return
      const { query, headers } = contextIn(outside)
      const body = partsOf(input)[2] ?? Buffer.alloc(0)
      const context: EnvelopeContext = { ...occasion, query, headers }
      const outcome = await attemptAsync(
        async () => profile.codec.open(body, profile.ring, context),
        Unopenable
      )
      if ('refused' in outcome) return
      soundOpening(outcome.value)
      if (!profile.codec.tagged) return
      const { value, freshness } = outcome.value
      const genuine = said.some(each => isSame({ ...value }, each))
      holds(genuine || (value['type'] === unsigned && !freshness), 'a message that nobody has sealed opens')
      holds(
        profile.codec.fresh === (freshness !== undefined) || value['type'] === unsigned,
        'it can be replayed'
      )
    }
  }
}

function contextIn(text: string): { query: string; headers: Record<string, string> } {
  const given = jsonIn(text)
  const { query, headers } = (typeof given === 'object' && given !== null ? given : {}) as Record<
    string,
    unknown
  >
  const entries = Object.entries(typeof headers === 'object' && headers !== null ? headers : {})
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return { query: typeof query === 'string' ? query : '', headers: Object.fromEntries(texts) }
}

const content: Target = {
  name: 'envelope-content',
  words: ['"\\ud800"', '"__proto__":', '"constructor":{"prototype":1}'],
  cost: 4,
  async prepare() {
    const formats = [...taggedFormats, ...untaggedFormats].filter(({ name }) => name !== 'ruoyi-hybrid')
    const profiles = await profilesOf(formats)
    return async input => {
      const [name = '', text = ''] = textsOf(input, 2)
      const format = formats.find(each => each.name === name)
      const profile = profiles.get(name)
      if (!format || !profile || text.includes('\ufffd')) return
      const { body, context } = await format.send(text, occasion)
      const opened = await attemptAsync(
        async () => profile.codec.open(body, profile.ring, context),
        Unopenable
      )
      const expected = jsonIn(text.replace(/^\uFEFF/, ''))
      const isObject = typeof expected === 'object' && expected !== null && !Array.isArray(expected)
      if ('refused' in opened) {
        // Zeros are filled up with, and forbidden names may be written with escapes.
        holds(!isObject || /__proto__|constructor|\\u/.test(text), `${name} refuses an object`)
        return
      }
      soundOpening(opened.value)
      holds(isSame(opened.value.value, expected), `${name} opens something else`)
    }
  }
}

const keysFile: Target = {
  name: 'keys-file',
  words: [
    'key: ',
    'encoding: hex',
    'use: open',
    'macKey: ',
    'notAfter: ',
    '&a ',
    '*a',
    '<<: ',
    '---\n',
    '!!binary '
  ],
  cost: 4,
  // Whoever writes the file runs the gateway: the parser of YAML may take its time for what is no YAML.
  maxBytes: 4_096,
  prepare() {
    const directory = mkdtempSync(join(tmpdir(), 'fuzz-keys-'))
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
    const file = join(directory, 'keys.yaml')
    const sources = { clock: fakeClock(now), random: (size: number) => Buffer.alloc(size, 1) }
    const { codec } = makeCodec({ codec: 'aes-cbc', hmac: 'sha256' }, sources)
    if (!codec) throw new Error('no codec')
    return input => {
      writeFileSync(file, input)
      const { keys, problems } = readKeysFile(file)
      // Ids of keys and names of settings may be shown.
      if (!isNamed(input.toString())) keepsSecret(problems)
      holds(problems.length === 0 || Object.keys(keys).length === 0, 'keys of a file with faults are used')
      for (const [kid, settings] of Object.entries(keys)) {
        const outcome = attempt(() => importRingKey(kid, settings, codec), KeyProblem)
        if ('refused' in outcome) keepsSecret(outcome.refused)
        else holds(outcome.value.notBefore < outcome.value.notAfter, 'a key is never valid')
      }
    }
  }
}

/** Whether the {@link secret} stands in the name of anything in a YAML document that is one. */
function isNamed(text: string): boolean {
  const document = parseDocument(text, { logLevel: 'silent' })
  let named = false
  visit(document, {
    Pair(_, { key }) {
      const [start = 0, end = 0] = isNode(key) ? (key.range ?? []) : []
      named ||= text.slice(start, end).includes(secret)
    }
  })
  return named && document.errors.length === 0
}

export const envelopes: readonly Target[] = [raw, content, keysFile]
