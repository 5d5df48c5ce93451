import { timingSafeEqual } from 'node:crypto'
import type { SimulatedAccount } from './account.ts'
import type { AccessTokens, Grant } from './access-tokens.ts'
import type { ApiCallName } from './faults.ts'
import type { People } from './people.ts'
import type { QrCodes } from './qr-codes.ts'
import { readQrRequest } from './qr-request.ts'
import type { Quotas } from './quotas.ts'
import { WechatError } from './wechat-error.ts'

/** A call of the API as it arrives. */
export interface ApiCall {
  readonly method: string
  readonly query: Readonly<Record<string, string>>
  readonly body: string
}

export interface ApiParts {
  readonly account: SimulatedAccount
  readonly tokens: AccessTokens
  readonly quotas: Quotas
  readonly codes: QrCodes
  readonly people: People
  /** False: an account that may make no QR codes, as subscription accounts. */
  readonly mayMakeQrCodes: boolean
}

/** Answers calls. Every method throws {@link WechatError} for a call that is refused. */
export type SimulatedApi = Readonly<Record<Exclude<ApiCallName, 'showqrcode'>, (call: ApiCall) => object>>

/** The API of api.weixin.qq.com, as far as a scan login uses it. */
export function simulatedApi(parts: ApiParts): SimulatedApi {
  const { account, tokens, quotas, codes, people } = parts
  return {
    token({ query }) {
      checkClient(account, query['grant_type'], query['appid'], query['secret'])
      quotas.spend('token')
      return tokens.classic()
    },

    stable_token({ method, body }) {
      if (method !== 'POST') throw new WechatError(43002)
      const { grant_type: grant, appid, secret, force_refresh: force } = parse(body)
      checkClient(account, grant, appid, secret)
      quotas.spend('stable_token')
      return force === true ? forced(tokens, quotas) : tokens.stable()
    },

    qrcode({ method, query, body }) {
      if (method !== 'POST') throw new WechatError(43002)
      checkToken(tokens, query)
      if (!parts.mayMakeQrCodes) throw new WechatError(48001)
      const request = readQrRequest(body)
      quotas.spend('qrcode')
      const { ticket, url } = codes.create(request)
      const { ttlS } = request
      return { ticket, ...(ttlS !== undefined && { expire_seconds: ttlS }), url }
    },

    user({ query }) {
      checkToken(tokens, query)
      const { openid = '' } = query
      if (openid === '') throw new WechatError(41009)
      const person = people.find(openid)
      if (!person) throw new WechatError(40003)
      quotas.spend('user')
      if (!person.follower) return { subscribe: 0, openid }
      const { scene = '', kind } = person.followedScene ?? {}
      return {
        subscribe: 1,
        openid,
        nickname: '',
        sex: 0,
        language: query['lang'] ?? 'zh_CN',
        city: '',
        province: '',
        country: '',
        headimgurl: '',
        subscribe_time: Math.floor(person.followedAt / 1000),
        unionid: person.unionid,
        remark: '',
        groupid: 0,
        tagid_list: [],
        subscribe_scene: kind ? 'ADD_SCENE_QR_CODE' : 'ADD_SCENE_SEARCH',
        qr_scene: kind === 'number' ? Number(scene) : 0,
        qr_scene_str: kind === 'text' ? scene : ''
      }
    },

    callbackip({ query }) {
      checkToken(tokens, query)
      return { ip_list: ['127.0.0.1'] }
    }
  }
}

/** More than 20 times a day, or twice within 30 s, nothing is refreshed. */
function forced(tokens: AccessTokens, quotas: Quotas): Grant {
  if (!tokens.mayForce || quotas.left('force_refresh') === 0) return tokens.stable()
  quotas.spend('force_refresh')
  return tokens.force()
}

function checkClient(account: SimulatedAccount, grant: unknown, appId: unknown, secret: unknown): void {
  if (grant !== 'client_credential') throw new WechatError(40002)
  if (typeof appId !== 'string' || appId === '') throw new WechatError(41002)
  if (appId !== account.appId) throw new WechatError(40013)
  if (typeof secret !== 'string' || secret === '') throw new WechatError(41004)
  if (!isSame(secret, account.appSecret)) throw new WechatError(40125)
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function checkToken(tokens: AccessTokens, { access_token: token = '' }: ApiCall['query']): void {
  if (token === '') throw new WechatError(41001)
  const verdict = tokens.judge(token)
  if (verdict !== 'good') throw new WechatError(verdict === 'over' ? 42001 : 40001)
}

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Refused like JSON that is no object.
  }
  throw new WechatError(47001)
}
