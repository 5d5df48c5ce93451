import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { publishedHashes } from '../../../src/plugins/sessions/service.ts'
import { checkSettings } from '../../../src/plugins/token-auth/check.ts'
import { readKeys } from '../../../src/plugins/token-auth/key-ring.ts'
import type { TokenSettings } from '../../../src/plugins/token-auth/config.ts'
import { hash, secret, startRig } from './rig.ts'

const settings = (more: object = {}): TokenSettings =>
  ({ algorithm: 'HS256', secret, keys: [], users: [], scopes: {}, sessionScopes: [], ...more }) as never
const problems = (more: object, production = false): string[] =>
  checkSettings(settings(more), { production }).map(({ path, message }) => `${path.join('.')} ${message}`)
const key = (more: object): object => ({ kid: '', secret: '', privateKey: '', publicKey: '', ...more })
const scope = (parents: string[]): object => ({ extends: parents, allow: [], modules: [], deny: [] })
const user = (more: object = {}): object => ({
  username: 'ann',
  password: hash,
  scopes: [],
  version: 0,
  ...more
})

const ed25519 = generateKeyPairSync('ed25519')
const pem = {
  privateKey: ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  publicKey: ed25519.publicKey.export({ type: 'spki', format: 'pem' }) as string
}

test('production needs a secret, and nothing else has to be set', () => {
  expect(problems({})).toEqual([])
  expect(problems({}, true)).toEqual([])
  expect([problems({ secret: undefined }), problems({ secret: undefined }, true)]).toEqual([
    [],
    ['secret is missing: it signs the tokens']
  ])
})

test('keys must be ones of the algorithm', () => {
  const eddsa = (keys: object[], more: object = {}) =>
    problems({ algorithm: 'EdDSA', secret: undefined, keys, ...more })
  expect(eddsa([key(pem)])).toEqual([])
  expect(eddsa([key({ publicKey: pem.publicKey })])).toEqual([])
  expect(eddsa([])).toEqual(['keys is empty: EdDSA needs a key'])
  expect(problems({ algorithm: 'EdDSA' })).toEqual(['secret is for HS256'])
  expect(eddsa([key({ secret })])).toEqual(['keys a secret is no key of EdDSA'])
  expect(eddsa([key({ privateKey: 'no key' })])).toEqual(['keys a key cannot be read: it must be PEM'])
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey.export({
    type: 'spki',
    format: 'pem'
  })
  expect(eddsa([key({ publicKey: rsa })])).toEqual(['keys a key of EdDSA must be one of Ed25519'])
  expect(problems({ keys: [key({ secret: 'short' })] })).toEqual([
    'keys a key of HS256 needs a secret of at least 32 characters'
  ])
  expect(problems({ keys: [key({ secret })] })[0]).toContain('two keys are called')
  expect(eddsa([key({ publicKey: pem.publicKey })], { users: [user()] })).toEqual([
    'keys can only check tokens, and users need some'
  ])
})

test('a key has the same name on every node, and tells nothing of it', () => {
  const [first, second] = [readKeys(settings()), readKeys(settings())]
  expect(first[0]?.kid).toBe(second[0]?.kid)
  expect(secret).not.toContain(first[0]?.kid)
})

test('users have hashes and names of their own, and no published password in production', () => {
  expect(problems({ users: [user()] }, true)).toEqual([])
  expect(problems({ users: [user(), user()] })).toEqual(['users.1.username is the name of another user too'])
  expect(problems({ users: [user({ password: 'x' })] })).toEqual([
    'users.0.password is not the hash of a password'
  ])
  const [published] = publishedHashes
  expect(problems({ users: [user({ password: published })] })).toEqual([])
  expect(problems({ users: [user({ password: published })] }, true)).toHaveLength(1)
})

test('scopes that are named must be there, and may not lead back to themselves', () => {
  expect(problems({ scopes: { a: scope([]), b: scope(['a']) }, sessionScopes: ['b'] })).toEqual([])
  const missing = {
    scopes: { a: scope(['x']) },
    users: [user({ scopes: ['a', 'y'] })],
    sessionScopes: ['constructor']
  }
  expect(problems(missing)).toEqual([
    "scopes.a.extends.0 names a scope that there is not: 'x'",
    "users.0.scopes.1 names a scope that there is not: 'y'",
    "sessionScopes.0 names a scope that there is not: 'constructor'"
  ])
  const circle = { a: scope(['b']), b: scope(['c']), c: scope(['a']), d: scope(['a']) }
  expect(problems({ scopes: circle })).toEqual([
    'scopes.a.extends leads back to the scope itself',
    'scopes.b.extends leads back to the scope itself',
    'scopes.c.extends leads back to the scope itself'
  ])
  expect(problems({ scopes: { a: scope(['a']) } })).toHaveLength(1)
})

test('such problems keep the gateway from starting', async () => {
  await expect(startRig({ config: { sessionScopes: ['x'] } })).rejects.toThrow(
    "names a scope that there is not: 'x'"
  )
  await expect(startRig({ config: { prefixes: ['v1'] } })).rejects.toThrow('prefixes')
  await expect(startRig({ config: { keys: [] }, env: { NODE_ENV: 'production' } })).rejects.toThrow(
    'is missing'
  )
})
