import {
  startWechatSimulator,
  type RunningWechatSimulator,
  type WechatSimulatorOptions
} from '../../../src/plugins/wechat-simulator/simulator.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'
import { ApiClient } from './client.ts'

/** A simulator whose time stands still, and a program that knows its account. */
export interface Run extends AsyncDisposable {
  readonly clock: FakeClock
  readonly simulator: RunningWechatSimulator
  readonly api: ApiClient
}

/** Starts a simulator with a clock of its own; `startsAt`: milliseconds since the epoch. */
export async function start(options: WechatSimulatorOptions = {}, startsAt?: number): Promise<Run> {
  const clock = fakeClock(startsAt)
  const simulator = await startWechatSimulator({ clock, ...options })
  const dispose = (): Promise<void> => simulator.close()
  return { clock, simulator, api: new ApiClient(simulator), [Symbol.asyncDispose]: dispose }
}
