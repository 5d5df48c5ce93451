import { describe, expect, test } from 'vitest'
import { DerivationQueue } from '../../../src/plugins/sessions/passwords/derivation-queue.ts'
import { hashPassword, isPasswordHash, verifyPassword } from '../../../src/plugins/sessions/service.ts'
import { UserList } from '../../../src/plugins/sessions/service.ts'

const cheap = { logN: 4, r: 1, p: 1 }
/** Of `paifang`, made by another implementation: Python's `hashlib.scrypt`. */
const known = '$scrypt$ln=10,r=8,p=3$AAECAwQFBgcICQoLDA0ODw$2QNATPnqmEdiyom9WOQTJ7OsnGD8TobhaXb2WlJi1Us'

describe('the hash of a password', () => {
  test('is of the password, salted, and says how it was made', async () => {
    const [first, second] = [await hashPassword('paifang', cheap), await hashPassword('paifang', cheap)]
    expect(first).toMatch(/^\$scrypt\$ln=4,r=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(first).not.toBe(second)
    expect(await verifyPassword('paifang', first)).toBe(true)
    expect(await verifyPassword('Paifang', first)).toBe(false)
    expect(await verifyPassword('', first)).toBe(false)
  })

  test('is as slow as the default, unless told otherwise', async () => {
    expect(await hashPassword('paifang')).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/)
  })

  test('is what other programs make', async () => {
    expect(await verifyPassword('paifang', known)).toBe(true)
  })

  test('counts the compatibility form of the text', async () => {
    const hash = await hashPassword('\u{ff11}\u{2460}é', cheap)
    expect(await verifyPassword('11e\u0301', hash)).toBe(true)
  })

  test('is not made of nothing, or at a cost beyond reason', async () => {
    await expect(hashPassword('')).rejects.toThrow(RangeError)
    await expect(hashPassword('x', { logN: 30, r: 8, p: 3 })).rejects.toThrow(RangeError)
  })

  test.each([
    '',
    'paifang',
    '$scrypt$ln=15,r=8,p=3$short$short',
    `$scrypt$ln=30,r=8,p=3$${'A'.repeat(22)}$${'A'.repeat(43)}`,
    `$scrypt$ln=15,r=8,p=99$${'A'.repeat(22)}$${'A'.repeat(43)}`,
    `$argon2id$v=19$m=65536,t=3,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
    `$scrypt$ln=15,r=8,p=3$${'A'.repeat(22)}$${'A'.repeat(43)}\n`
  ])('is not %j', async text => {
    expect(isPasswordHash(text)).toBe(false)
    await expect(verifyPassword('paifang', text)).rejects.toThrow(TypeError)
  })
})

describe('a list of users', () => {
  test('knows whose password it is', async () => {
    const list = new UserList([{ username: 'ann', password: await hashPassword('one', cheap), team: 'a' }])
    expect(await list.verify('ann', 'one')).toMatchObject({ team: 'a' })
    expect(await list.verify('ann', 'two')).toBeUndefined()
    expect(await list.verify('bob', 'one')).toBeUndefined()
    expect([list.size, list.get('ann')?.team, list.get('bob')]).toEqual([1, 'a', undefined])
  })

  test('derives for unknown users too, and when it is empty, so that nobody can tell them from known ones', async () => {
    let runs = 0
    class CountingQueue extends DerivationQueue {
      override run<T>(derive: () => Promise<T>): Promise<T> {
        runs++
        return super.run(derive)
      }
    }
    const queue = new CountingQueue({ concurrency: 1, maxWaiting: 1 })
    await new UserList([{ username: 'ann', password: await hashPassword('x', cheap) }], queue).verify(
      'bob',
      'x'
    )
    await new UserList([], queue).verify('bob', 'x')
    expect(runs).toBe(2)
  })
})
