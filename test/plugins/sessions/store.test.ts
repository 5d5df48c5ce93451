import { expect, test } from 'vitest'
import { SqliteDatabase } from '../../../src/plugins/database/sqlite-database.ts'
import { signed } from '../../../src/plugins/sessions/row-mac.ts'
import { Store } from '../../../src/plugins/sessions/store.ts'
import { openTables, type IdentityRow, type SessionRow } from '../../../src/plugins/sessions/tables.ts'

const key = Buffer.alloc(32, 1)

const person = (more: Partial<IdentityRow> = {}): IdentityRow =>
  signed<IdentityRow>(key, {
    identity: 'ann',
    usernameIndex: 'index of ann',
    profile: 'box',
    clearProfile: '',
    kdf: 'scrypt:10:8:3',
    salt: 'salt',
    verifier: 'verifier',
    dataKey: 'box',
    passwordVersion: 1,
    checkedAt: 1,
    createdAt: 1,
    ...more
  })

const session = (more: Partial<SessionRow> = {}): SessionRow =>
  signed<SessionRow>(key, {
    tid: 'tid',
    identity: 'ann',
    platform: 'web',
    salt: 'salt',
    credentials: 'box',
    token: 'box',
    dataKey: 'box',
    passwordVersion: 1,
    createdAt: 1,
    lastSeen: 1,
    expiresAt: 0,
    superseded: 0,
    ...more
  })

async function openStore(): Promise<AsyncDisposable & { readonly store: Store; all(): Promise<unknown[]> }> {
  const database = await SqliteDatabase.connect(':memory:', 0)
  const db = await openTables(database)
  return {
    store: new Store(db, key),
    all: async () => [
      ...(await db.selectFrom('sessions_identities').selectAll().execute()),
      ...(await db.selectFrom('sessions_sessions').selectAll().orderBy('tid').execute())
    ],
    [Symbol.asyncDispose]: () => database.close()
  }
}

test('whoever was slower changes nothing, whatever they wanted to change', async () => {
  await using opened = await openStore()
  const { store } = opened
  const [first, second] = [person(), person({ checkedAt: 2 })]
  const [web, seen] = [session(), session({ lastSeen: 2 })]
  expect(await store.login({ from: undefined, to: first, end: 'person', session: web })).toBe(true)
  expect(await store.update(first, second, [[web, seen]])).toBe(true)
  const before = await opened.all()

  const other = session({ tid: 'other' })
  const outcomes = [
    await store.login({ from: undefined, to: person({ checkedAt: 3 }), end: 'person', session: other }),
    await store.login({ from: first, to: person({ checkedAt: 3 }), end: 'person', session: other }),
    await store.update(first, person({ checkedAt: 3 })),
    await store.update(second, person({ checkedAt: 3 }), [[web, session({ lastSeen: 3 })]]),
    await store.updateSession(web, session({ lastSeen: 3 })),
    await store.supersede(web, session({ superseded: 1 }), other)
  ]
  expect(outcomes).toEqual([false, false, false, false, false, false])
  expect(await opened.all()).toEqual(before)
})

test('a login ends the sessions of the platform, or all of the person, and nobody else’s', async () => {
  await using opened = await openStore()
  const { store } = opened
  const bob = person({ identity: 'bob', usernameIndex: 'index of bob' })
  const add = (
    who: IdentityRow,
    end: 'platform' | 'person',
    from: IdentityRow | undefined,
    row: SessionRow
  ) => store.login({ from, to: who, end, session: row })
  await add(bob, 'person', undefined, session({ tid: 'b', identity: 'bob' }))
  const ann = person()
  await add(ann, 'person', undefined, session({ tid: 'w1' }))
  await add(ann, 'platform', ann, session({ tid: 'i1', platform: 'ios' }))
  await add(ann, 'platform', ann, session({ tid: 'w2' }))
  const tids = async (identity: string) => (await store.sessionsOf(identity)).map(({ tid }) => tid).toSorted()
  expect([await tids('ann'), await tids('bob')]).toEqual([['i1', 'w2'], ['b']])
  await add(ann, 'person', ann, session({ tid: 'w3' }))
  expect([await tids('ann'), await tids('bob')]).toEqual([['w3'], ['b']])
})

test('a sweep deletes what is unused or over, and no more than it may', async () => {
  await using opened = await openStore()
  const { store } = opened
  const ann = person()
  await store.login({
    from: undefined,
    to: ann,
    end: 'person',
    session: session({ tid: 'old', platform: 'a' })
  })
  const rows = [
    session({ tid: 'fresh', platform: 'b', lastSeen: 100 }),
    session({ tid: 'over', platform: 'c', lastSeen: 100, expiresAt: 50 }),
    session({ tid: 'later', platform: 'd', lastSeen: 100, expiresAt: 51 }),
    session({ tid: 'edge', platform: 'e', lastSeen: 10 })
  ]
  for (const row of rows) await store.login({ from: ann, to: ann, end: 'platform', session: row })
  expect(await store.sweep(10, 50, 1)).toBe(1)
  expect(await store.sweep(10, 50, 10)).toBe(1)
  expect(await store.sweep(10, 50, 10)).toBe(0)
  expect((await store.sessionsOf('ann')).map(({ tid }) => tid).toSorted()).toEqual(['edge', 'fresh', 'later'])
})
