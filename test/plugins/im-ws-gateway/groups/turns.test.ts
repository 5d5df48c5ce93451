import { expect, test } from 'vitest'
import { Turns } from '../../../../src/plugins/im-ws-gateway/embedded/groups/turns.ts'

test('tasks of one key run one after the other, those of others meanwhile, and one that fails holds up none', async () => {
  const turns = new Turns()
  const log: string[] = []
  const ends: (() => void)[] = []
  const task = (name: string) => async () => {
    log.push(`${name} begins`)
    await new Promise<void>(resolve => ends.push(resolve))
    log.push(`${name} ends`)
    if (name === 'a1') throw new Error('a1 fails')
    return name
  }
  const runs = [turns.take('a', task('a1')), turns.take('a', task('a2')), turns.take('b', task('b1'))]
  const all = Promise.allSettled(runs)
  expect(log).toEqual(['a1 begins', 'b1 begins'])
  ends[0]?.()
  await expect(runs[0]).rejects.toThrow('a1 fails')
  await Promise.resolve()
  expect(log).toEqual(['a1 begins', 'b1 begins', 'a1 ends', 'a2 begins'])
  for (const end of ends) end()
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(await turns.take('a', async () => 'again')).toBe('again')
})
