import { randomBytes } from 'node:crypto'

const staleToken =
  'invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken'

/** What the WeChat API says of the codes that the simulator answers by itself. */
const texts: Readonly<Record<number, string>> = {
  [-1]: 'system error',
  40001: staleToken,
  40002: 'invalid grant_type',
  40003: 'invalid openid',
  40013: 'invalid appid',
  40014: 'invalid access_token',
  40052: 'invalid action name',
  40053: 'invalid action info',
  40066: 'invalid url',
  40125: 'invalid appsecret',
  40164: 'invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist',
  41001: 'access_token missing',
  41002: 'appid missing',
  41004: 'appsecret missing',
  41009: 'missing openid',
  42001: 'access_token expired',
  43002: 'require POST method',
  44002: 'empty post data',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  47001: 'data format error',
  48001: 'api unauthorized'
}

/** A call that the WeChat API refuses. It does so with HTTP status 200. */
export class WechatError extends Error {
  override readonly name = 'WechatError'
  readonly errcode: number

  /** `text`: default is what WeChat says of the code. */
  constructor(errcode: number, text = texts[errcode] ?? 'error') {
    super(text)
    this.errcode = errcode
  }
}

/** The body of a refusal. The `rid` at its end, which begins with the time, is what WeChat's support asks for. */
export function refusal({ errcode, message }: WechatError, nowMs: number): object {
  const seconds = Math.floor(nowMs / 1000).toString(16)
  const [first, second] = [randomBytes(4), randomBytes(4)].map(bytes => bytes.toString('hex'))
  return { errcode, errmsg: `${message} rid: ${seconds}-${first}-${second}` }
}
