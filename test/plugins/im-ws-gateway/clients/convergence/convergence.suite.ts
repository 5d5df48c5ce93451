import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StartChat } from '../gateway.ts'
import { compare, readAll } from './compare.ts'
import { play } from './play.ts'
import { scripts } from './script.ts'

/** Whatever is done at once, devices agree in the end. @param runs of how many scripts */
export function convergenceSuite(startChat: StartChat, runs: number): void {
  test(
    'whatever five users do at once, all devices of each end with the same conversations, counts and histories',
    { timeout: 60_000 + runs * 1_000 },
    async () => {
      await using gateway = await startChat()
      let run = 0
      const property = fc.asyncProperty(scripts, async script => {
        const played = await play(gateway, `r${run++}`, script)
        await compare(played)
        await readAll(played)
        await Promise.all(played.devices.flat().map(device => device.close()))
      })
      // Whatever fails is told with its seed.
      await fc.assert(property, {
        numRuns: runs,
        interruptAfterTimeLimit: 40_000 + runs * 1_000,
        markInterruptAsFailure: true
      })
      expect(run).toBeGreaterThanOrEqual(runs)
    }
  )
}
