import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { workerSettings } from '../../../src/cli/worker-options.ts'
import { checkSettings, publishedSecret } from '../../../src/plugins/fetch-workers/check.ts'
import { Config, type WorkersSettings } from '../../../src/plugins/fetch-workers/config.ts'
import { workerKey } from '../../../src/plugins/fetch-workers/protocol/keys.ts'

const settings = (given: Partial<WorkersSettings>): WorkersSettings => ({ ...Value.Create(Config), ...given })
const paths = (given: Partial<WorkersSettings>, production = false): string[] =>
  checkSettings(settings(given), { production }).map(({ path }) => path.join('.'))

describe('settings', () => {
  test('are good as they are by default', () => {
    expect([paths({}), paths({}, true)]).toEqual([[], []])
  })

  test.each([publishedSecret, 'short'])('with the secret %s are refused in production', secret => {
    expect([paths({ secret }), paths({ secret }, true)]).toEqual([[], ['secret']])
  })

  test('with a secret of their own are good in production', () => {
    expect(paths({ secret: 'x'.repeat(32) }, true)).toEqual([])
  })

  test('with hosts that are none are refused', () => {
    expect(paths({ credentialHosts: ['a b'] })).toEqual(['credentialHosts'])
    const rules: WorkersSettings['rules'] = [{ mode: 'only' }, { hosts: ['http://x/'], mode: 'never' }]
    expect(paths({ rules })).toEqual(['rules.1.hosts'])
  })
})

describe('the command line of a worker', () => {
  const key = workerKey('secret', 'w1')
  const flags = { gateway: 'wss://gw.example.edu/_spider', name: 'w1', hosts: '*.example.edu,10.1.0.0/16' }
  const env = { PAIFANG_WORKER_SECRET: key }

  test('says all that is needed', () => {
    expect(workerSettings(flags, env)).toEqual({
      gateway: flags.gateway,
      name: 'w1',
      kid: 'w1',
      secret: key,
      hosts: ['*.example.edu', '10.1.0.0/16'],
      maxInFlight: 16,
      internalHosts: [],
      insecureHosts: []
    })
    expect(
      workerSettings({ ...flags, key: 'k1', 'max-in-flight': '4', 'internal-hosts': 'localhost:80' }, env)
    ).toMatchObject({ kid: 'k1', maxInFlight: 4, internalHosts: ['localhost:80'] })
  })

  test.each([
    [{ gateway: 'https://gw.example.edu/' }, '--gateway'],
    [{ gateway: undefined }, '--gateway'],
    [{ name: 'a b' }, '--name'],
    [{ name: undefined }, '--name'],
    [{ key: '-' }, '--name'],
    [{ hosts: undefined }, '--hosts'],
    [{ hosts: 'http://x/' }, "--hosts: 'http://x/'"],
    [{ 'max-in-flight': '0' }, '--max-in-flight'],
    [{ 'max-in-flight': 'many' }, '--max-in-flight'],
    [{ 'insecure-hosts': '*' }, '--insecure-hosts']
  ])('with %j is refused', (given, text) => {
    expect(() => workerSettings({ ...flags, ...given }, env)).toThrow(text)
  })

  test('needs a key from the environment, and does not repeat one that is none', () => {
    expect(() => workerSettings(flags, {})).toThrow('PAIFANG_WORKER_SECRET')
    expect(() => workerSettings(flags, { PAIFANG_WORKER_SECRET: 'not-a-key' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('not-a-key') as string })
    )
  })
})
