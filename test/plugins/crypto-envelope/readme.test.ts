import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { formats, makeCodec } from '../../../src/plugins/crypto-envelope/codecs.ts'
import { weaknessOf } from '../../../src/plugins/crypto-envelope/codec.ts'
import { Errors } from '../../../src/plugins/crypto-envelope/errors.ts'
import { fakeClock } from '../../../src/testing/index.ts'

const readme = readFileSync(
  new URL('../../../src/plugins/crypto-envelope/README.md', import.meta.url),
  'utf8'
)

test('the README names every error with its status', () => {
  const named = [...readme.matchAll(/^\| (\d{3}) `(envelope\.\w+)`/gm)].map(([, status, key]) => [
    key,
    Number(status)
  ])
  expect(named).toEqual(Object.values(Errors).map(({ key, http }) => [key, http]))
})

test('its table has every format, and says of each whether it can be altered or replayed', () => {
  const rows = [...readme.matchAll(/^\| `([\w-]+)` +\| (yes|no) .*?\| (yes|no) /gm)]
  const written = rows.map(([, name, altered, replayed]) => [name, altered, replayed])
  const sources = { clock: fakeClock(), random: (size: number) => Buffer.alloc(size) }
  const actual = Object.keys(formats).map(name => {
    const { codec } = makeCodec({ codec: name as keyof typeof formats }, sources)
    return [name, codec?.tagged ? 'yes' : 'no', codec?.fresh ? 'yes' : 'no']
  })
  expect(written).toEqual(actual)
  const sound = written.filter(([, tagged, fresh]) => tagged === 'yes' && fresh === 'yes')
  for (const [name] of sound) {
    const { codec } = makeCodec({ codec: name as keyof typeof formats }, sources)
    expect(codec && weaknessOf(codec)).toBeUndefined()
  }
})
