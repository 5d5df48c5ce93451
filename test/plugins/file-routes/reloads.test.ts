import { expect, test } from 'vitest'
import { Reloads, type ReloadParts } from '../../../src/plugins/file-routes/reloads.ts'

test.each([1, 2, 3, 4, 5, 6])(
  'a change that comes %i steps after another one began to be taken over is taken over too',
  async count => {
    let loads = 0
    const parts = {
      routes: new Map(),
      late: { exchange: () => {} },
      log: { info: () => {}, warn: () => {}, error: () => {} },
      watch: () => false,
      load: async () => {
        loads++
        return { files: [], faults: [], directories: [] }
      }
    } as unknown as ReloadParts
    const reloads = new Reloads(parts, [])
    void reloads.run()
    for (let step = 0; step < count; step++) await Promise.resolve()
    await reloads.run()
    expect(loads).toBe(2)
  }
)
