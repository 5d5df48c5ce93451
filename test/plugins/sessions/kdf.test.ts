import { createHash, scryptSync } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findArgon2, PasswordKdf, type Argon2 } from '../../../src/plugins/sessions/password-kdf.ts'
import {
  derivations,
  DerivationQueue,
  TooManyDerivations
} from '../../../src/plugins/sessions/passwords/derivation-queue.ts'
import { passwordKeys } from '../../../src/plugins/sessions/token-keys.ts'
import { temporaryDirectory } from '../database/temporary-directory.ts'
import { credentials, startRig, until } from './rig.ts'

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

const settings = { kdf: 'auto', scryptCost: 10, argon2MemoryKiB: 65_536, argon2Passes: 3 } as const
const queue = (): DerivationQueue => new DerivationQueue({ concurrency: 1, maxWaiting: 4 })
const [secret, salt] = [Buffer.from('secret'), Buffer.alloc(16, 7)]

/** Stands in for the package: what it gives depends on all that it is given. */
const argon2: Argon2 = {
  hash: async (given, options) =>
    createHash('sha256')
      .update(JSON.stringify([given.toString('hex'), { ...options, salt: options.salt.toString('hex') }]))
      .digest()
}

test('keys are derived with scrypt, N = 2^15, r = 8, p = 3, for which Node must be allowed the memory', async () => {
  const kdf = new PasswordKdf({ ...settings, scryptCost: 15 }, queue(), undefined)
  expect(kdf.current).toBe('scrypt:15:8:3')
  const master = scryptSync(secret, salt, 32, { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 27 })
  expect(await kdf.derive(secret, salt, kdf.current)).toEqual(passwordKeys(master))
})

test('the package argon2 gives what libsodium gives: argon2id, 64 MiB, three passes', async () => {
  const installed = await findArgon2({ warn: () => undefined })
  const kdf = new PasswordKdf(settings, queue(), installed)
  // sodium_crypto_pwhash(32, 'secret', 16 bytes of 7, 3, 64 MiB, ARGON2ID13)
  const master = Buffer.from('de979f944877947c2fb2ec855abe1a0d364d42fdecccb335f9b82bec85ed8845', 'hex')
  expect(kdf.current).toBe('argon2id:65536:3:1')
  expect(await kdf.derive(secret, salt, kdf.current)).toEqual(passwordKeys(master))
})

test('a login takes a person from scrypt to argon2id, and their tokens stay good', async () => {
  const file = directory.path('argon2.db')
  const before = await startRig({ file })
  const web = await before.login()
  await before.app.close()
  await using after = await startRig({
    file,
    config: { kdf: 'auto', argon2MemoryKiB: 19_456, argon2Passes: 2 }
  })
  expect(await after.login()).toBe(web)
  const row = await after.db.selectFrom('sessions_identities').select('kdf').executeTakeFirst()
  expect(row?.kdf).toBe('argon2id:19456:2:1')
  expect(await after.me(web)).toBeDefined()
  expect((await after.post({ ...credentials, password: 'wrong' })).statusCode).toBe(401)
})

test('the verifier is not the key', () => {
  const { verifier, kek } = passwordKeys(Buffer.alloc(32, 1))
  expect(verifier).not.toBe(kek.toString('base64url'))
})

test('with the package, keys are derived with argon2id, and rows that say scrypt can still be read', async () => {
  const kdf = new PasswordKdf(settings, queue(), argon2)
  expect(kdf.current).toBe('argon2id:65536:3:1')
  const options = { memoryCost: 65_536, timeCost: 3, parallelism: 1, hashLength: 32, salt }
  const master = await argon2.hash(secret, { raw: true, type: 2, ...options })
  expect(await kdf.derive(secret, salt, kdf.current)).toEqual(passwordKeys(master))
  const old = scryptSync(secret, salt, 32, { N: 2 ** 10, r: 8, p: 3 })
  expect(await kdf.derive(secret, salt, 'scrypt:10:8:3')).toEqual(passwordKeys(old))
})

test('kdf: scrypt stays with scrypt although the package is there', () => {
  expect(new PasswordKdf({ ...settings, kdf: 'scrypt' }, queue(), argon2).current).toBe('scrypt:10:8:3')
})

test('without the package, argon2id is refused at the start, and for rows that say so it is an error', async () => {
  expect(() => new PasswordKdf({ ...settings, kdf: 'argon2id' }, queue(), undefined)).toThrow('install it')
  const kdf = new PasswordKdf(settings, queue(), undefined)
  await expect(kdf.derive(secret, salt, 'argon2id:65536:3:1')).rejects.toThrow('install it')
})

test.each(['scrypt:31:8:3', 'scrypt:15:8:3000', 'scrypt:x:8:3', 'scrypt', 'md5:1', ''])(
  'what a row says is not believed where it makes no sense: %s',
  async params => {
    const kdf = new PasswordKdf(settings, queue(), argon2)
    await expect(kdf.derive(secret, salt, params)).rejects.toThrow(RangeError)
  }
)

test('a queue runs as many at a time as it may, in turn, and refuses who finds no room', async () => {
  const two = new DerivationQueue({ concurrency: 2, maxWaiting: 3 })
  const ends: (() => void)[] = []
  const order: number[] = []
  const run = (id: number): Promise<number> =>
    two.run(async () => {
      order.push(id)
      await new Promise<void>(resolve => ends.push(resolve))
      return id
    })
  const five = [1, 2, 3, 4, 5].map(run)
  await until(() => order.length === 2)
  await expect(run(6)).rejects.toThrow(TooManyDerivations)
  await expect(run(6)).rejects.toMatchObject({ retryAfter: 1 })
  expect(order).toEqual([1, 2])
  ends.shift()?.()
  await until(() => order.length === 3)
  const sixth = run(6)
  for (let done = 0; done < 5; done++) {
    await until(() => ends.length > 0)
    ends.shift()?.()
  }
  expect(await Promise.all([...five, sixth])).toEqual([1, 2, 3, 4, 5, 6])
  expect(order).toEqual([1, 2, 3, 4, 5, 6])
})

test('a derivation that fails gives its place back', async () => {
  const one = new DerivationQueue({ concurrency: 1, maxWaiting: 0 })
  await expect(one.run(() => Promise.reject(new Error('no memory')))).rejects.toThrow('no memory')
  expect(await one.run(async () => 'ok')).toBe('ok')
})

test('when too many log in at a time, one more is 503 with Retry-After', async () => {
  await using rig = await startRig()
  let release = (): void => undefined
  const gate = new Promise<void>(resolve => (release = resolve))
  const waiting = Array.from({ length: 200 }, () => derivations.run(() => gate).catch(() => 'no room'))
  const refused = await rig.post(credentials)
  release()
  expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([503, 'session.busy'])
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  const found = await Promise.all(waiting)
  expect(found.filter(outcome => outcome !== 'no room').length).toBeGreaterThanOrEqual(65)
  expect(await rig.login()).toMatch(/^[0-9a-f]{64}$/)
})

test('a login with another derivation in the settings derives anew; all tokens and what is encrypted stay good', async () => {
  const file = directory.path('upgrade.db')
  const before = await startRig({ file })
  const [web, ios] = [await before.login(), await before.login({ platform: 'ios' })]
  const kdfIn = async (rig: typeof before) =>
    (await rig.db.selectFrom('sessions_identities').select('kdf').executeTakeFirst())?.kdf
  expect(await kdfIn(before)).toBe('scrypt:10:8:3')
  await before.app.close()

  await using after = await startRig({ file, config: { scryptCost: 11 } })
  expect(await after.me(ios)).toBeDefined()
  expect(await kdfIn(after)).toBe('scrypt:10:8:3')
  expect((await after.post({ ...credentials, password: 'wrong' })).statusCode).toBe(401)
  expect(await kdfIn(after)).toBe('scrypt:10:8:3')
  expect(await after.login()).toBe(web)
  expect(await kdfIn(after)).toBe('scrypt:11:8:3')
  expect(await after.login({ platform: 'ios' })).toBe(ios)
  expect(after.provider.asked).toHaveLength(1)
  expect([await after.me(web), await after.me(ios)]).toEqual([expect.anything(), expect.anything()])
  const { body } = await after.inject({ method: 'POST', url: '/auth/rotate', headers: { token: ios } })
  expect(await after.me(body)).toMatchObject({ platform: 'ios' })
})

test('deriving anew leaves behind a session that was tampered with', async () => {
  const file = directory.path('tampered.db')
  const before = await startRig({ file })
  const [web, ios] = [await before.login(), await before.login({ platform: 'ios' })]
  await before.db
    .updateTable('sessions_sessions')
    .set({ lastSeen: 1 })
    .where('platform', '=', 'ios')
    .execute()
  await before.app.close()
  await using after = await startRig({ file, config: { scryptCost: 11 } })
  expect(await after.login()).toBe(web)
  expect(await after.me(ios)).toBeUndefined()
  expect(await after.login({ platform: 'ios' })).not.toBe(ios)
})
