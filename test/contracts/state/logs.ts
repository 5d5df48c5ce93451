import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../../../src/plugins/state/service.ts'
import type { Current } from '../state.ts'
import { logReader } from './log-reader.ts'

const bounds = { maxEntries: 100 }
const texts = (entries: readonly LogEntry[]): string[] => entries.map(({ text }) => text)

/** The shared log. */
export function logTests({ state, advance }: Current): void {
  describe('logs', () => {
    it('hand every entry to everybody who follows, in one order, and say where it is', async () => {
      const log = state().log('l')
      const [first, second] = [logReader(log), logReader(log)]
      await Promise.all([first.following.started, second.following.started])
      const numbers = Array.from({ length: 250 }, (_, index) => `${index}`)
      const places = await Promise.all(numbers.map(text => log.append(text, bounds)))
      expect(places.map(({ seq }) => seq)).toEqual(numbers.map((_, index) => index + 1))
      const [{ epoch } = { epoch: '' }] = places
      expect(epoch).toMatch(/^[a-z2-7]{16}$/)
      expect(new Set(places.map(place => place.epoch))).toEqual(new Set([epoch]))
      for (const reader of [first, second]) {
        expect(texts(await reader.until(250))).toEqual(numbers)
        expect(reader.begun).toEqual([{ epoch, seq: 0 }])
        expect(reader.entries.at(-1)).toEqual({ epoch, seq: 250, text: '249' })
        expect(reader.losses).toEqual([])
        await reader.following.end()
      }
    })

    it('carry any text as it is', async () => {
      const log = state().log('l')
      const sent = [
        '',
        ' ',
        'a b c d e f',
        '\n\r\0',
        '牌坊 \u{1F600}',
        ' - x',
        '{"a":"b"}',
        'x'.repeat(100_000)
      ]
      const live = logReader(log)
      await live.following.started
      for (const text of sent) await log.append(text, bounds)
      expect(texts(await live.until(sent.length))).toEqual(sent)
      const late = logReader(log, 'start')
      expect(texts(await late.until(sent.length))).toEqual(sent)
      await Promise.all([live.following.end(), late.following.end()])
    })

    it('begin for whoever comes late with what is remembered, or with what is new', async () => {
      const log = state().log('l')
      for (const text of ['1', '2', '3', '4', '5']) await log.append(text, { maxEntries: 3 })
      const [all, fresh] = [logReader(log, 'start'), logReader(log)]
      await Promise.all([all.following.started, fresh.following.started])
      const { epoch } = await log.append('6', { maxEntries: 3 })
      expect(texts(await all.until(4))).toEqual(['3', '4', '5', '6'])
      expect(all.begun).toEqual([{ epoch, seq: 2 }])
      expect(texts(await fresh.until(1))).toEqual(['6'])
      expect(fresh.begun).toEqual([{ epoch, seq: 5 }])
      expect([...all.losses, ...fresh.losses]).toEqual([])
      await Promise.all([all.following.end(), fresh.following.end()])
    })

    it('remember as many bytes as they may, and the newest entry in any case', async () => {
      const log = state().log('l')
      const text = 'x'.repeat(1_000)
      for (let count = 0; count < 10; count++) await log.append(text, { maxEntries: 100, maxBytes: 3_500 })
      const some = logReader(log, 'start')
      await some.following.started
      expect(some.entries.map(({ seq }) => seq)).toEqual([8, 9, 10])
      await log.append('y'.repeat(5_000), { maxEntries: 100, maxBytes: 3_500 })
      const one = logReader(log, 'start')
      await one.following.started
      expect(one.entries.map(({ seq }) => seq)).toEqual([11])
      await log.append(text, { maxEntries: 100, maxBytes: 3_500 })
      const next = logReader(log, 'start')
      await next.following.started
      expect(next.entries.map(({ seq }) => seq)).toEqual([12])
      for (const { following } of [some, one, next]) await following.end()
    })

    it('forget their entries when nothing has come for long, and go on counting', async () => {
      const log = state().log('l')
      const brief = { maxEntries: 100, maxBytes: 10_000, ttlMs: 30_000 }
      const { epoch } = await log.append('x'.repeat(9_000), brief)
      await advance(20_000)
      await log.append('2', { ...brief, maxBytes: 1e6 })
      await advance(20_000)
      const kept = logReader(log, 'start')
      await kept.following.started
      expect(kept.entries).toHaveLength(2)
      await advance(20_000)
      const late = logReader(log, 'start')
      await late.following.started
      expect(late.begun).toEqual([{ epoch, seq: 2 }])
      // Bytes are those of what is there.
      await log.append('x'.repeat(5_000), brief)
      expect(await log.append('x'.repeat(4_000), brief)).toEqual({ epoch, seq: 4 })
      const last = logReader(log, 'start')
      await last.following.started
      expect(last.entries.map(({ seq }) => seq)).toEqual([3, 4])
      for (const { following } of [kept, late, last]) await following.end()
    })

    it('are one for each name, apart from values and channels', async () => {
      const [l, m] = [logReader(state().log('l'), 'start'), logReader(state().log('m'), 'start')]
      await Promise.all([l.following.started, m.following.started])
      const heard: string[] = []
      await state().subscribe('l', message => void heard.push(message))
      await state().log('l').append('to l', bounds)
      await state().log('m').append('to m', bounds)
      await state().set('l', 'value')
      expect(texts(await l.until(1))).toEqual(['to l'])
      expect(texts(await m.until(1))).toEqual(['to m'])
      expect(await state().get('l')).toBe('value')
      expect(heard).toEqual([])
      await Promise.all([l.following.end(), m.following.end()])
    })

    it('have handed over, after sync, what was appended before it', async () => {
      const log = state().log('l')
      const reader = logReader(log)
      await reader.following.started
      await log.append('1', bounds)
      await reader.following.sync()
      expect(texts(reader.entries)).toEqual(['1'])
      await log.append('2', bounds)
      await Promise.all([reader.following.sync(), reader.following.sync()])
      expect(texts(reader.entries)).toEqual(['1', '2'])
      expect(reader.following.isCurrent).toBe(true)
      await reader.following.end()
    })

    it('hand nothing over after the end, which may be asked for twice', async () => {
      const log = state().log('l')
      const [gone, there] = [logReader(log), logReader(log)]
      await Promise.all([gone.following.started, there.following.started])
      const appended = log.append('1', bounds)
      await gone.following.end()
      await gone.following.end()
      await appended
      await there.until(1)
      expect(gone.following.isCurrent).toBe(false)
      await expect(gone.following.sync()).rejects.toThrow('not followed')
      expect(gone.entries).toEqual([])
      await there.following.end()
    })

    it('end at once where they have not begun', async () => {
      const reader = logReader(state().log('l'), 'start')
      await reader.following.end()
      await reader.following.started
      await state().log('l').append('1', bounds)
      expect(reader.begun).toEqual([])
    })

    it('let a listener that fails harm neither itself nor its neighbours', async () => {
      const log = state().log('l')
      const fail = (): never => {
        throw new Error('a bad listener')
      }
      const bad = log.follow({ begin: fail, entry: fail, lost: fail })
      const good = logReader(log)
      await Promise.all([bad.started, good.following.started])
      await log.append('1', bounds)
      await log.append('2', bounds)
      expect(texts(await good.until(2))).toEqual(['1', '2'])
      expect(bad.isCurrent).toBe(true)
      await Promise.all([bad.end(), good.following.end()])
    })

    it.each([
      [{ maxEntries: 0 }, 'maxEntries'],
      [{ maxEntries: 1.5 }, 'maxEntries'],
      [{ maxEntries: 1e8 }, 'maxEntries'],
      [{ maxEntries: 1, maxBytes: 0 }, 'maxBytes'],
      [{ maxEntries: 1, ttlMs: 0 }, 'time to live']
    ])('refuse the bounds %o', async (wrong, message) => {
      await expect(state().log('l').append('1', wrong)).rejects.toThrow(RangeError)
      await expect(state().log('l').append('1', wrong)).rejects.toThrow(message)
    })
  })
}
