import type { KyselyPlugin, Migration } from 'kysely'
import { expect, test } from 'vitest'
import type { Database } from '../../../../src/plugins/database/service.ts'
import { RevocationCache } from '../../../../src/plugins/im-ws-gateway/tokens/revocation-cache.ts'
import type { Revoked } from '../../../../src/plugins/im-ws-gateway/tokens/revocation-rows.ts'
import { Revocations } from '../../../../src/plugins/im-ws-gateway/tokens/revocations.ts'
import type { TokenFacts } from '../../../../src/plugins/im-ws-gateway/tokens/tokens.ts'
import type { State } from '../../../../src/plugins/state/service.ts'
import { codeOf, startTokens } from './rig.ts'

const facts = (userID: string, issuedAt = 1_000): TokenFacts => ({
  userID,
  platformID: 5,
  issuedAt,
  expiresAt: Infinity
})
const none: Revoked = { kicks: [], cutOffs: [] }
const kickOf = (userID: string, expiresAt = 9_000): Revoked => ({
  kicks: [{ userID, digest: `of ${userID}`, expiresAt }],
  cutOffs: []
})
const isKicked = (cache: RevocationCache, userID: string): Promise<boolean> =>
  cache.refuses(facts(userID), `of ${userID}`)

test('while everything fits in memory, nobody is read', async () => {
  const cache = new RevocationCache(() => Promise.reject(new Error('read')), 4)
  cache.add(kickOf('u1'))
  cache.add(kickOf('u2'))
  expect(await isKicked(cache, 'u1')).toBe(true)
  expect(await isKicked(cache, 'u3')).toBe(false)
})

test('beyond that, whoever was not asked for the longest is forgotten, and read when asked for', async () => {
  const reads: string[] = []
  const load = async (userID: string): Promise<Revoked> => {
    reads.push(userID)
    return userID === 'u9' ? none : kickOf(userID)
  }
  const cache = new RevocationCache(load, 4)
  for (const userID of ['u1', 'u2']) cache.add(kickOf(userID))
  expect(await isKicked(cache, 'u1')).toBe(true)
  cache.add(kickOf('u3'))
  expect([await isKicked(cache, 'u1'), await isKicked(cache, 'u3')]).toEqual([true, true])
  expect(reads).toEqual([])
  expect([await isKicked(cache, 'u2'), await isKicked(cache, 'u2')]).toEqual([true, true])
  expect([await isKicked(cache, 'u9'), await isKicked(cache, 'u9')]).toEqual([false, false])
  expect(reads).toEqual(['u2', 'u9'])
})

test('memory stays bounded whoever is asked for', async () => {
  const cache = new RevocationCache(async userID => kickOf(userID), 10)
  cache.forget()
  for (let n = 0; n < 100; n++) {
    expect(await isKicked(cache, `u${n}`)).toBe(true)
    expect(cache.size).toBeLessThanOrEqual(10)
  }
  await Promise.all(Array.from({ length: 100 }, (_, n) => isKicked(cache, `v${n}`)))
  expect(cache.size).toBeLessThanOrEqual(10)
})

test('what is revoked while a user is read is not lost', async () => {
  let finish: (rows: Revoked) => void = () => undefined
  const cache = new RevocationCache(() => new Promise(resolve => void (finish = resolve)), 10)
  cache.forget()
  const checks = [isKicked(cache, 'u1'), cache.refuses(facts('u1'), 'another')]
  cache.add(kickOf('u1'))
  finish(none)
  expect(await Promise.all(checks)).toEqual([true, false])
  expect(await isKicked(cache, 'u1')).toBe(true)
  expect(cache.size).toBe(2)
})

test('a user who could not be read is read again', async () => {
  let works = false
  const cache = new RevocationCache(async userID => {
    if (!works) throw new Error('no database')
    return kickOf(userID)
  }, 10)
  cache.forget()
  await expect(isKicked(cache, 'u1')).rejects.toThrow('no database')
  expect(cache.size).toBe(0)
  works = true
  expect(await isKicked(cache, 'u1')).toBe(true)
  expect(cache.size).toBe(2)
})

test('an earlier cut-off takes nothing back from a later one', async () => {
  const cache = new RevocationCache(async () => none, 10)
  const cut = (until: number): Revoked => ({ kicks: [], cutOffs: [{ userID: 'u1', platformID: 5, until }] })
  cache.add(cut(2_000))
  cache.add(cut(1_000))
  expect(await cache.refuses(facts('u1', 2_000), 'x')).toBe(true)
  expect(await cache.refuses(facts('u1', 2_001), 'x')).toBe(false)
})

test('kicks of tokens that have expired leave memory and the database, cut-offs stay', async () => {
  await using rig = await startTokens()
  const { database, clock } = rig
  const revocations = await Revocations.open({ database, clock })
  await revocations.kick('u1', 'short', clock.now() + 60_000)
  await revocations.kick('u1', 'long', clock.now() + 2_592_000_000)
  await revocations.kickAll('u2')
  const cutAt = clock.now()
  const db = await database.open<{ im_tokens_kicks: { digest: string } }>('test', {})
  const digests = async (): Promise<string[]> => {
    const rows = await db.selectFrom('im_tokens_kicks').select('digest').orderBy('digest').execute()
    return rows.map(({ digest }) => digest)
  }
  expect(await digests()).toEqual(['long', 'short'])
  while ((await digests()).length > 1) await clock.advance(30_000)
  expect(await digests()).toEqual(['long'])
  expect(clock.now() - cutAt).toBeGreaterThanOrEqual(3_600_000)
  expect(await revocations.isRevoked(facts('u1', cutAt), 'short')).toBe(false)
  expect(await revocations.isRevoked(facts('u1', cutAt), 'long')).toBe(true)
  expect(await revocations.isRevoked(facts('u2', cutAt), 'x')).toBe(true)
  await revocations.close()
})

test('a token that has expired needs no kick', async () => {
  await using rig = await startTokens()
  const { database, clock } = rig
  const revocations = await Revocations.open({ database, clock })
  rig.queries()
  await revocations.kick('u1', 'x', clock.now())
  expect(rig.queries()).toBe(0)
  await revocations.close()
})

test('a token that never expires stays kicked', async () => {
  await using rig = await startTokens()
  const { database, clock } = rig
  const first = await Revocations.open({ database, clock })
  await first.kick('u1', 'x', Infinity)
  await first.close()
  const second = await Revocations.open({ database, clock })
  expect(await second.isRevoked(facts('u1'), 'x')).toBe(true)
  await second.close()
})

test('with more rows than fit in memory all of them count, and users without any are read once', async () => {
  await using rig = await startTokens()
  const { database, clock } = rig
  const first = await Revocations.open({ database, clock })
  for (let n = 0; n < 30; n++) await first.kick(`u${n}`, `of u${n}`, Infinity)
  await first.kickAll('u30')
  await first.close()
  const second = await Revocations.open({ database, clock, maxInMemory: 20 })
  for (let n = 0; n < 30; n++) expect(await second.isRevoked(facts(`u${n}`), `of u${n}`)).toBe(true)
  expect(await second.isRevoked(facts('u30'), 'x')).toBe(true)
  rig.queries()
  for (let times = 0; times < 3; times++) expect(await second.isRevoked(facts('u31'), 'x')).toBe(false)
  expect(rig.queries()).toBe(2)
  await second.kick('u31', 'x', Infinity)
  expect(await second.isRevoked(facts('u31'), 'x')).toBe(true)
  await second.close()
})

test('where the database has to be asked and does not answer, a token is not known to be good', async () => {
  await using rig = await startTokens()
  const { database, clock } = rig
  const first = await Revocations.open({ database, clock })
  for (let n = 0; n < 3; n++) await first.kick('u1', `x${n}`, Infinity)
  await first.close()
  const second = await Revocations.open({ database, clock, maxInMemory: 2 })
  const db = await database.open('test', {})
  await db.schema.dropTable('im_tokens_kicks').execute()
  expect(await codeOf(second.isRevoked(facts('u2'), 'x'))).toBe('tokenUnknown')
  await second.close()
})

test('after it was closed it does nothing more', async () => {
  await using rig = await startTokens()
  const { database, clock } = rig
  const revocations = await Revocations.open({ database, state: rig.memoryState(), clock })
  await revocations.close()
  rig.queries()
  await clock.advance(7_200_000)
  expect(rig.queries()).toBe(0)
})

test('a list that cannot be read at first hears of nothing any more', async () => {
  await using rig = await startTokens()
  let isAway = false
  const failing: KyselyPlugin = {
    transformQuery({ node }) {
      if (isAway) throw new Error('the database is away')
      return node
    },
    transformResult: async ({ result }) => result
  }
  const database: Database = {
    driver: 'sqlite',
    ping: () => rig.database.ping(),
    open: async <Tables>(namespace: string, migrations: Readonly<Record<string, Migration>>) =>
      (await rig.database.open<Tables>(namespace, migrations)).withPlugin(failing)
  }
  const ends: string[] = []
  const state = {
    isShared: false,
    async subscribe(channel: string) {
      isAway = true
      return async () => void ends.push(channel)
    }
  } as unknown as State
  await expect(Revocations.open({ database, state, clock: rig.clock })).rejects.toThrow('is away')
  await expect.poll(() => ends).toEqual(['im-ws-gateway:revoked'])
})
