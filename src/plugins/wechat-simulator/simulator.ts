import Fastify from 'fastify'
import { systemClock, type Clock } from '../../core/index.ts'
import { simulatedAccount, type SimulatedAccount } from './account.ts'
import { AccessTokens } from './access-tokens.ts'
import { simulatedApi } from './api.ts'
import { addApiRoutes } from './api-routes.ts'
import { checkCallback } from './callback-check.ts'
import type { Resend, Script } from './faults.ts'
import { refuseOtherSites } from './other-sites.ts'
import { People } from './people.ts'
import { Phone } from './phone.ts'
import { addPhoneRoutes } from './phone-routes.ts'
import type { PushFormat } from './push-request.ts'
import { Pushes, type PushBehaviour } from './pushes.ts'
import { QrCodes } from './qr-codes.ts'
import { Quotas, type QuotaLimits, type QuotaName } from './quotas.ts'
import { addPageRoutes } from './page-routes.ts'
import { faultSource } from './script.ts'

/** What a simulator is started with. */
export interface WechatSimulatorOptions {
  /** Default 127.0.0.1. Whoever reaches it can log in as anybody. */
  readonly host?: string
  /** Default 0: any free port. */
  readonly port?: number
  /** What is absent or empty is drawn at random. Default mode: `secure`. */
  readonly account?: Partial<SimulatedAccount>
  /** Where pushes go. Default: nowhere, until it is set. */
  readonly callbackUrl?: string
  /** Default `xml`. */
  readonly format?: PushFormat
  /** Default `same`. */
  readonly resend?: Resend
  /** Default: those of a verified service account. */
  readonly limits?: Partial<Record<QuotaName, QuotaLimits>>
  /** False: the account may make no QR codes (48001), as subscription accounts. Default true. */
  readonly mayMakeQrCodes?: boolean
  readonly script?: Script
  readonly clock?: Clock
  /** What pushes are sent with. Default: Node's own. */
  readonly fetch?: typeof fetch
}

/** A simulator that runs. */
export interface RunningWechatSimulator extends AsyncDisposable {
  /** Base URL of its API, `http://127.0.0.1:port`. The page of its phone is there, too. */
  readonly apiBase: string
  readonly account: SimulatedAccount
  readonly tokens: AccessTokens
  readonly quotas: Quotas
  readonly codes: QrCodes
  readonly people: People
  readonly phone: Phone
  readonly pushes: Pushes
  /** Replaces the script. */
  play(script: Script): void
  /** Changes how pushes are made from now on. */
  set(changes: Partial<PushBehaviour>): void
  /** Asks the callback whether it is the account's, as the console does when its URL is saved. Never rejects. */
  checkCallback(): Promise<boolean>
  /** Ends it. May be called twice. */
  close(): Promise<void>
}

/**
 * Starts a stand-in for WeChat: its API, its pushes, and the phones of its users.
 * @throws {Error} with `code` `EADDRINUSE` and the like when it cannot listen
 */
export async function startWechatSimulator(
  options: WechatSimulatorOptions = {}
): Promise<RunningWechatSimulator> {
  const { host = '127.0.0.1', port = 0, clock = systemClock, mayMakeQrCodes = true } = options
  const account = simulatedAccount(options.account)
  const [tokens, quotas] = [new AccessTokens(clock), new Quotas(clock, options.limits)]
  const [codes, people] = [new QrCodes(clock), new People(clock)]
  const behaviour: PushBehaviour = {
    callbackUrl: options.callbackUrl,
    format: options.format ?? 'xml',
    resend: options.resend ?? 'same'
  }
  let source = faultSource(options.script ?? [])
  const faults = (): typeof source => source
  const send = options.fetch ?? fetch
  const pushes = new Pushes({ account, clock, behaviour, faults, fetch: send })
  const phone = new Phone(codes, people, pushes)

  const app = Fastify({ forceCloseConnections: true })
  refuseOtherSites(app, host)
  const api = simulatedApi({ account, tokens, quotas, codes, people, mayMakeQrCodes })
  await app.register(child => addApiRoutes(child, { api, codes, clock, faults }))
  await app.register(child => addPhoneRoutes(child, { phone, codes, people, pushes }))
  await app.register(addPageRoutes)
  const apiBase = await app.listen({ host, port })

  const close = async (): Promise<void> => {
    pushes.close()
    await app.close()
  }
  return {
    apiBase,
    account,
    tokens,
    quotas,
    codes,
    people,
    phone,
    pushes,
    play: script => void (source = faultSource(script)),
    set: changes => void Object.assign(behaviour, changes),
    checkCallback: () => checkCallback(behaviour.callbackUrl, account, clock, send),
    close,
    [Symbol.asyncDispose]: close
  }
}
