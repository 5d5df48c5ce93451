import type { WechatSimulator } from '../wechat-simulator/service.ts'

/** One official account, as its console shows it. */
export interface ScanAccount {
  /** Its name in the settings; `default` for the one that has none. */
  readonly name: string
  readonly appId: string
  readonly appSecret: string
  readonly token: string
  /** The current EncodingAESKey and, after a change, the previous one. */
  readonly aesKeys: readonly string[]
  readonly mode: 'plain' | 'compat' | 'secure'
}

interface AccountMembers {
  readonly appId: string
  readonly appSecret: string
  readonly token: string
  readonly encodingAesKey: string
  readonly mode: ScanAccount['mode']
}

/** The settings in which accounts are written. */
export interface AccountSettings extends AccountMembers {
  readonly accounts: readonly (AccountMembers & { readonly name: string })[]
}

type Simulator = Pick<WechatSimulator, 'account' | 'apiBase'>

/**
 * The accounts that are set up. The one without a name is `default`; where its settings are empty, it is the
 * simulator's account, or there is none.
 */
export function accountsOf(
  settings: AccountSettings,
  simulator?: Pick<WechatSimulator, 'account'>
): readonly ScanAccount[] {
  const own = settings.appId || settings.token ? settings : simulator?.account
  const unnamed = own ? [accountOf('default', own)] : []
  return [...unnamed, ...settings.accounts.map(account => accountOf(account.name, account))]
}

/** Where WeChat's API and the pictures of its QR codes are. */
export interface WechatPlaces {
  readonly api: string
  readonly pictures: string
}

const wechat: WechatPlaces = { api: 'https://api.weixin.qq.com', pictures: 'https://mp.weixin.qq.com' }

/**
 * Where the calls of an account go: to `apiBase` where that is set, and to the simulator in place of WeChat for the
 * simulator's own account alone. It knows no other, and nobody else's secret is its business.
 */
export function placesFor(
  { appId }: Pick<ScanAccount, 'appId'>,
  apiBase: string,
  simulator?: Simulator
): WechatPlaces {
  const given = apiBase || (simulator?.account.appId === appId && simulator.apiBase)
  if (!given) return wechat
  const base = given.replace(/\/+$/, '')
  return { api: base, pictures: base }
}

function accountOf(name: string, members: AccountMembers): ScanAccount {
  const { appId, appSecret, token, encodingAesKey, mode } = members
  const aesKeys = encodingAesKey.split(',').filter(key => key !== '')
  return { name, appId, appSecret, token, aesKeys, mode }
}
