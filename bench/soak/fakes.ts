import { createCardKey, type CardKey } from '../../src/plugins/sign-simulator/card-key.ts'
import { startSignSimulator, type SimulatedDevice } from '../../src/plugins/sign-simulator/device.ts'
import {
  startWechatSimulator,
  type RunningWechatSimulator
} from '../../src/plugins/wechat-simulator/simulator.ts'
import { hasRedis, startRedis, type RedisServer } from '../../test/servers/redis.ts'

/** The upstream of examples/portal. Its `faults` say what is wrong with it. */
export interface OldCampus {
  readonly url: string
  readonly faults: { down: boolean; status: number; slowMs: number; hold(): () => void }
  close(): Promise<void>
}

/** Everything that the program talks to, in the process of the loads, so that faults can be made. */
export interface Fakes extends AsyncDisposable {
  readonly cards: readonly SimulatedDevice[]
  /** All cards sign with it. */
  readonly cardKey: CardKey
  readonly wechat: RunningWechatSimulator
  readonly campus: OldCampus
  /** Undefined where there is no `redis-server`. */
  readonly redis: RedisServer | undefined
}

const cardCount = 3
const cardDelayMs = 15
const oldCampus = '../../examples/portal/old-campus/campus.js'

export async function startFakes(): Promise<Fakes> {
  const { startOldCampus } = (await import(oldCampus)) as { startOldCampus: () => Promise<OldCampus> }
  const cardKey = await createCardKey()
  const redis = hasRedis ? await startRedis() : undefined
  const [cards, wechat, campus] = await Promise.all([
    Promise.all(
      Array.from({ length: cardCount }, () =>
        startSignSimulator({ key: cardKey, delayMs: cardDelayMs, recordLimit: 1 })
      )
    ),
    startWechatSimulator(),
    startOldCampus()
  ])
  return {
    cards,
    cardKey,
    wechat,
    campus,
    redis,
    async [Symbol.asyncDispose]() {
      await Promise.all([
        ...cards.map(card => card.close()),
        wechat.close(),
        campus.close(),
        redis?.[Symbol.asyncDispose]()
      ])
    }
  }
}
