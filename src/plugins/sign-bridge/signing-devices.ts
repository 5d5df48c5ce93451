import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../core/index.ts'
import type { State } from '../state/service.ts'
import type { BridgeSettings } from './config.ts'
import { tellChanges } from './device-events.ts'
import type { Announcer } from './events.ts'
import { logChanges } from './log-changes.ts'
import type { Passage } from './passage.ts'
import { watchPauses } from './pauses.ts'
import type { PinGate } from './pin-guard.ts'
import { placesAt } from './places.ts'
import { afterInput, SignPool } from './pool.ts'
import { restartHook } from './restart-hook.ts'

export interface SigningDevicesOptions {
  readonly urls: readonly string[]
  readonly settings: BridgeSettings
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly announcer: Announcer
  /** Decides which PIN may go to which card. */
  readonly gate?: PinGate
  /** Hears how long each request that was sent has taken. */
  readonly passed?: (passage: Passage) => void
  readonly state: State | undefined
}

/** The pool of the devices behind URLs, and whatever watches over it. */
export interface SigningDevices {
  readonly pool: SignPool
  close(): Promise<void>
}

/** @throws {Error} as `placesAt` */
export function startSigningDevices(options: SigningDevicesOptions): SigningDevices {
  const { urls, settings, clock, log, announcer, gate, passed, state } = options
  const { tell } = announcer
  const { timeoutMs, recycleAfterMs = timeoutMs, maxPauseMs, restartHookUrl: url } = settings
  const listeners = [logChanges(log), tellChanges(tell, clock)]
  const places = placesAt(urls, settings, { clock, state })
  const pool = new SignPool({
    places,
    settings: { ...settings, recycleAfterMs },
    clock,
    gate,
    passed,
    changed: device => listeners.forEach(listen => listen(device)),
    tell
  })
  if (url !== undefined) {
    const addressOf = (device: string): string => places.find(({ name }) => name === device)?.address ?? ''
    announcer.listen(
      restartHook({ url, minIntervalMs: settings.restartMinIntervalMs, addressOf, clock, tell })
    )
  }
  const pauses = watchPauses({
    clock,
    maxPauseMs,
    defer: afterInput,
    paused: pauseMs => {
      log.warn({ pauseMs: Math.round(pauseMs) }, 'the host stood still: devices are connected anew')
      for (const device of pool.devices) device.reconnect('The host stood still')
    }
  })
  return {
    pool,
    close() {
      pauses.cancel()
      return pool.close()
    }
  }
}
