import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { State } from '../../src/plugins/state/service.ts'
import { counterTests } from './state/counters.ts'
import { lockTests } from './state/locks.ts'
import { logTests } from './state/logs.ts'
import { messageTests } from './state/messages.ts'
import { valueTests } from './state/values.ts'

/** A driver under test, empty when it is opened. */
export interface OpenState {
  readonly state: State
  /** Lets time pass for the driver: at once with a fake clock, by waiting where the driver is remote. */
  advance(ms: number): Promise<void>
  close(): Promise<void>
}

/** What is open while a test runs. */
export interface Current {
  readonly state: () => State
  readonly advance: (ms: number) => Promise<void>
}

/** Registers the tests that every driver of `State` must pass. */
export function stateContract(name: string, open: () => Promise<OpenState>): void {
  describe(`State, driver ${name}`, () => {
    let opened: OpenState
    let state: State
    beforeEach(async () => void ({ state } = opened = await open()))
    afterEach(() => opened.close())

    const current: Current = { state: () => state, advance: ms => opened.advance(ms) }
    valueTests(current)
    counterTests(current)
    lockTests(current)
    messageTests(current)
    logTests(current)

    it('rejects every call once it is closed', async () => {
      const lease = await state.lock('a', 60_000)
      const end = await state.subscribe('c', () => {})
      const following = state.log('l').follow({ entry() {}, lost() {} })
      await following.started
      await opened.close()
      const calls = [
        () => state.get('a'),
        () => state.set('a', '1'),
        () => state.compareAndSet('a', undefined, '1'),
        () => state.delete('a'),
        () => state.increment('a'),
        () => state.scan(''),
        () => state.lock('a', 1_000),
        () => lease?.extend(1_000),
        () => lease?.release(),
        () => state.publish('c', '1'),
        () => state.subscribe('c', () => {}),
        () => state.log('l').append('1', { maxEntries: 1 }),
        () => following.sync()
      ]
      for (const call of calls) await expect(call()).rejects.toThrow('closed')
      await expect(end()).resolves.toBeUndefined()
      await expect(following.end()).resolves.toBeUndefined()
    })
  })
}
