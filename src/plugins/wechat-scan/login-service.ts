import type { Clock } from '../../core/index.ts'
import type { ScanAccount } from './account.ts'
import type { Codes } from './exchange-codes.ts'
import type { Counters } from './login-counters.ts'
import type { MessageListeners } from './messages.ts'
import type {
  AccountStatus,
  LoginListener,
  MessageListener,
  ScanIdentity,
  ScanStatus,
  WechatScan
} from './service.ts'
import type { DayQuota } from './stock-quota.ts'
import type { Stock } from './stock.ts'
import type { WechatApi } from './wechat-api.ts'

/** An account at work. */
export interface Station {
  readonly account: ScanAccount
  readonly api: WechatApi
  readonly quota: DayQuota
  readonly stock: Stock
}

export interface ScanLoginParts {
  readonly stations: readonly Station[]
  readonly codes: Codes
  readonly messages: MessageListeners
  readonly counters: Counters
  readonly clock: Clock
  /** Those who are told of logins that a browser completes by itself. */
  readonly listeners: LoginListener[]
}

/** Up to this time after the start, stocks are filled: nodes that start together should not ask together. */
const startSpreadMs = 2_000

/** Logins by scan, as other plugins see them. */
export class ScanLogin implements WechatScan {
  readonly #parts: ScanLoginParts

  constructor(parts: ScanLoginParts) {
    this.#parts = parts
  }

  /** False: there is no account. */
  get isSetUp(): boolean {
    return this.#parts.stations.length > 0
  }

  exchange(code: string): Promise<ScanIdentity> {
    return this.#parts.codes.redeem(code)
  }

  onLogin(listener: LoginListener): void {
    this.#parts.listeners.push(listener)
  }

  onMessage(listener: MessageListener): void {
    this.#parts.messages.add(listener)
  }

  async status(): Promise<ScanStatus> {
    const accounts = await Promise.all(this.#parts.stations.map(statusOf))
    return { accounts, counters: this.#parts.counters.values }
  }

  /** Fills the stocks, soon. */
  warmUp(random: () => number = Math.random): void {
    for (const { stock } of this.#parts.stations)
      this.#parts.clock.after(random() * startSpreadMs, () => stock.fill())
  }

  stop(): void {
    for (const { stock } of this.#parts.stations) stock.stop()
  }

  /** @throws {Error} when an account can show no QR code at present */
  assertReady(): void {
    const { stations } = this.#parts
    if (stations.length === 0) throw new Error('no account is set up')
    const troubled = stations.find(({ stock }) => stock.problem !== undefined && stock.size === 0)
    if (troubled) throw new Error(`account ${troubled.account.name}: ${troubled.stock.problem}`)
  }
}

async function statusOf({ account, api, quota, stock }: Station): Promise<AccountStatus> {
  return {
    name: account.name,
    qrToday: await quota.used(),
    qrQuota: quota.limit,
    stock: stock.size,
    tokenEndsAt: api.tokenEndsAt,
    problem: stock.problem ?? api.problem
  }
}
