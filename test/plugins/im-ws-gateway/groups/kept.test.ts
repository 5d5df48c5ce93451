import { describe, expect, test } from 'vitest'
import { Kept } from '../../../../src/plugins/im-ws-gateway/embedded/groups/kept.ts'

/** A source whose answers come when the test says so. */
function source() {
  const asked: { readonly keys: readonly string[]; readonly answer: (value: string) => void }[] = []
  const load = (keys: readonly string[]) =>
    new Promise<Map<string, string>>(resolve => {
      asked.push({ keys, answer: value => resolve(new Map(keys.map(key => [key, value]))) })
    })
  return { asked, load }
}

const now = async (keys: readonly string[]) =>
  new Map(keys.filter(key => key !== 'none').map(key => [key, `value of ${key}`]))

describe('values that are kept', () => {
  test('are loaded once, however many ask', async () => {
    const kept = new Kept<string>(10, () => 1)
    const { asked, load } = source()
    const both = [kept.get('a', load), kept.getAll(['a', 'b'], load)] as const
    expect(asked.map(({ keys }) => keys)).toEqual([['a'], ['b']])
    for (const { answer } of asked) answer('x')
    expect(await both[0]).toBe('x')
    expect([...(await both[1])]).toEqual([
      ['a', 'x'],
      ['b', 'x']
    ])
    expect(await kept.get('a', load)).toBe('x')
    expect(asked).toHaveLength(2)
  })

  test('come in the order of the keys, without those that are not', async () => {
    const kept = new Kept<string>(10, () => 1)
    kept.set('b', 'B')
    expect([...(await kept.getAll(['c', 'none', 'b', 'a', 'c'], now)).keys()]).toEqual(['c', 'b', 'a'])
    expect(await kept.get('none', now)).toBeUndefined()
  })

  test('are not what they were when they changed while they were loaded', async () => {
    const kept = new Kept<string>(10, () => 1)
    const { asked, load } = source()
    const first = kept.get('a', load)
    kept.set('a', 'new')
    const second = kept.get('b', load)
    kept.forget('b')
    for (const { answer } of asked) answer('old')
    expect([await first, await second]).toEqual(['old', 'old'])
    expect([kept.peek('a'), kept.peek('b')]).toEqual(['new', undefined])
  })

  test('are asked for again when they were forgotten while they were loaded', async () => {
    const kept = new Kept<string>(10, () => 1)
    const { asked, load } = source()
    const first = kept.get('a', load)
    kept.forget('a')
    const second = kept.get('a', load)
    asked[1]?.answer('new')
    expect(await second).toBe('new')
    asked[0]?.answer('old')
    await first
    expect(kept.peek('a')).toBe('new')
  })

  test('are asked for again when that failed', async () => {
    const kept = new Kept<string>(10, () => 1)
    await expect(kept.getAll(['a', 'b'], () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await kept.get('a', now)).toBe('value of a')
  })

  test('are dropped by weight, the one that was used longest ago first', () => {
    const kept = new Kept<string>(10, ({ length }) => length)
    kept.set('a', '1234')
    kept.set('b', '1234')
    expect(kept.peek('a')).toBe('1234')
    kept.set('c', '1234')
    expect([kept.peek('a'), kept.peek('b'), kept.peek('c')]).toEqual(['1234', undefined, '1234'])
    kept.set('d', '123456789012')
    expect(kept.size).toBe(1)
    kept.forget('d')
    kept.set('e', '1234567890')
    expect(kept.peek('e')).toBe('1234567890')
  })
})
