import { expect, test } from 'vitest'
import { Recent } from '../../../../src/plugins/im-ws-gateway/embedded/people/recent.ts'

test('what nobody asked for longest goes first', async () => {
  const recent = new Recent<string>(2)
  await recent.put('a', Promise.resolve('A'))
  await recent.put('b', Promise.resolve('B'))
  expect(await recent.get('a')).toBe('A')
  await recent.put('c', Promise.resolve('C'))
  expect(recent.get('b')).toBeUndefined()
  expect(await recent.get('a')).toBe('A')
  expect(recent.weight).toBe(2)
})

test('what is heavy makes room for itself, and is not kept when there is none', async () => {
  const recent = new Recent<number[]>(10, list => list.length)
  await recent.put('a', Promise.resolve([1, 2, 3]))
  await recent.put('b', Promise.resolve([1, 2, 3, 4, 5, 6, 7, 8]))
  await settled()
  expect(recent.get('a')).toBeUndefined()
  expect(recent.weight).toBe(8)
  expect(await recent.put('c', Promise.resolve(Array<number>(11).fill(0)))).toHaveLength(11)
  await settled()
  expect(recent.get('c')).toBeUndefined()
  expect(recent.weight).toBe(0)
})

test('a reading that fails is not kept, and fails for those who asked', async () => {
  const recent = new Recent<string>(2)
  await expect(recent.put('a', Promise.reject(new Error('gone')))).rejects.toThrow('gone')
  expect(recent.get('a')).toBeUndefined()
  expect(recent.weight).toBe(0)
})

test('a reading that began before a change is not kept after it', async () => {
  const recent = new Recent<string[]>(10, list => list.length)
  let finish: ((value: string[]) => void) | undefined
  const reading = recent.put('a', new Promise(resolve => (finish = resolve)))
  recent.forget('a')
  const fresh = recent.put('a', Promise.resolve(['new', 'list']))
  finish?.(['old'])
  await Promise.all([reading, fresh])
  await settled()
  expect(await recent.get('a')).toEqual(['new', 'list'])
  expect(recent.weight).toBe(2)
})

const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
