import { describe, expect, it } from 'vitest'
import type { Current } from '../state.ts'

/** Publish and subscribe. */
export function messageTests({ state }: Current): void {
  describe('publish and subscribe', () => {
    it('hands every message to every listener, in order and not at once', async () => {
      const [first, second] = [inbox(), inbox()]
      await state().subscribe('c', first.listener)
      await state().subscribe('c', second.listener)
      const sent = Array.from({ length: 100 }, (_, index) => `message ${index}`)
      const published = sent.map(message => state().publish('c', message))
      expect(first.received).toEqual([])
      await Promise.all(published)
      expect(await first.until(100)).toEqual(sent)
      expect(await second.until(100)).toEqual(sent)
    })

    it('keeps channels apart and forgets what nobody listens to', async () => {
      const { listener, until } = inbox()
      await state().publish('c', 'too early')
      await state().subscribe('c', listener)
      await state().publish('C', 'elsewhere')
      await state().publish('c', '牌坊 😀')
      expect(await until(1)).toEqual(['牌坊 😀'])
    })

    it('calls a listener once for each time it subscribed', async () => {
      const { listener, until } = inbox()
      await state().subscribe('c', listener)
      const end = await state().subscribe('c', listener)
      await state().publish('c', '1')
      await until(2)
      await end()
      await state().publish('c', '2')
      await state().publish('c', '3')
      expect(await until(4)).toEqual(['1', '1', '2', '3'])
    })

    it('delivers nothing after the end, which may be asked for twice', async () => {
      const [gone, there] = [inbox(), inbox()]
      const end = await state().subscribe('c', gone.listener)
      await state().subscribe('c', there.listener)
      const published = state().publish('c', '1')
      await end()
      await end()
      await published
      await state().publish('c', '2')
      expect((await there.until(2)).at(-1)).toBe('2')
      expect(gone.received).not.toContain('2')
    })

    it('lets a failing listener harm neither its neighbours nor the publisher', async () => {
      const { listener, until } = inbox()
      await state().subscribe('c', () => {
        throw new Error('a bad listener')
      })
      const asynchronous = (): unknown => Promise.reject(new Error('a bad asynchronous listener'))
      await state().subscribe('c', asynchronous)
      await state().subscribe('c', listener)
      await state().publish('c', '1')
      await state().publish('c', '2')
      expect(await until(2)).toEqual(['1', '2'])
    })

    it('lets a listener publish and subscribe', async () => {
      const { listener, until } = inbox()
      await state().subscribe('echo', listener)
      await state().subscribe('c', message => void state().publish('echo', `${message}!`))
      await state().publish('c', '1')
      expect(await until(1)).toEqual(['1!'])
    })
  })
}

function inbox(): {
  readonly received: string[]
  readonly listener: (message: string) => void
  readonly until: (count: number) => Promise<string[]>
} {
  const received: string[] = []
  let wake = (): void => {}
  return {
    received,
    listener: message => {
      received.push(message)
      wake()
    },
    until: async count => {
      while (received.length < count) await new Promise<void>(resolve => (wake = resolve))
      return received
    }
  }
}
