import { Type, type Static } from 'typebox'

const accountMembers = {
  appId: Type.String({ default: '', maxLength: 64, description: 'AppID of the official account.' }),
  appSecret: Type.String({ default: '', maxLength: 128, secret: true, description: 'Its AppSecret.' }),
  token: Type.String({
    default: '',
    pattern: '^(|[A-Za-z0-9]{3,32})$',
    secret: true,
    description: 'The Token of its server settings, with which pushes are signed.'
  }),
  encodingAesKey: Type.String({
    default: '',
    pattern: '^(|[A-Za-z0-9]{43}(,[A-Za-z0-9]{43})?)$',
    secret: true,
    description: 'Its EncodingAESKey; after a change also the previous one behind a comma.'
  }),
  mode: Type.Enum(['plain', 'compat', 'secure'], {
    default: 'secure',
    description:
      'The message encryption that the console shows. secure and compat: only what is encrypted counts.'
  })
}

/** One official account. */
export const Account = Type.Object({
  name: Type.String({
    pattern: '^[a-z0-9][a-z0-9-]{0,31}$',
    description: 'Names the account in URLs and results. Its callback is `/wechat_event/<name>`.'
  }),
  ...accountMembers
})

/** Settings of wechat-scan. */
export const Config = Type.Object({
  ...accountMembers,
  accounts: Type.Array(Account, {
    default: [],
    maxItems: 32,
    description: 'Further accounts. The one above has the name `default` and the callback `/wechat_event`.'
  }),
  apiBase: Type.String({
    default: '',
    maxLength: 256,
    description:
      'Base URL of the WeChat API. Default: the simulator for its own account, else https://api.weixin.qq.com.'
  }),
  accessToken: Type.Enum(['stable', 'classic'], {
    default: 'stable',
    description: 'Which call gives access tokens. classic ones end those of other programs.'
  }),
  profile: Type.Enum(['default', 'compat'], {
    default: 'default',
    description: 'compat: also `GET /sse?token=`, the contract of the service that this one replaces.'
  }),
  sseToken: Type.String({
    default: '',
    maxLength: 128,
    secret: true,
    description: 'What `GET /sse?token=` asks for, under the profile compat.'
  }),
  freshnessS: Type.Integer({
    default: 300,
    minimum: 0,
    maximum: 3_600,
    description: 'How far the time of a push may be off, in seconds. 0: any time, which production refuses.'
  }),
  sceneTtlS: Type.Integer({
    default: 120,
    minimum: 60,
    maximum: 2_592_000,
    description: 'How long a QR code may be scanned, in seconds.'
  }),
  streamMs: Type.Integer({
    default: 20_000,
    minimum: 1_000,
    maximum: 600_000,
    description: 'How long one stream of a waiting page lasts. The page comes back to the same QR code.'
  }),
  stock: Type.Integer({
    default: 10,
    minimum: 0,
    maximum: 1_000,
    description: 'QR codes kept ready, each never shown before.'
  }),
  confirm: Type.Enum(['none', 'reply', 'page'], {
    default: 'none',
    description: 'What a scan takes to be a login: nothing, an answer in the chat, or a tap on a page.'
  }),
  siteName: Type.String({
    default: '',
    maxLength: 64,
    pattern: '^[^<>&"\\r\\n]*$',
    description: 'What the chat calls the site that somebody signs in to.'
  }),
  language: Type.Enum(['zh-CN', 'en'], {
    default: 'zh-CN',
    description: 'The language of the chat, and of the page of confirm: page.'
  }),
  publicUrl: Type.String({
    default: '',
    maxLength: 256,
    description:
      'Base URL under which browsers and phones reach this gateway: for the page of confirm: page, and so that cookies are kept to TLS where it begins with https.'
  }),
  maxRefreshes: Type.Integer({
    default: 3,
    minimum: 0,
    maximum: 100,
    description: 'New QR codes that a waiting page gets by itself before its user must ask for one.'
  }),
  scenesPerMinute: Type.Integer({
    default: 10,
    minimum: 1,
    maximum: 10_000,
    description: 'QR codes for one IP address, and for one browser, in a minute.'
  }),
  ssePerMinute: Type.Integer({
    default: 120,
    minimum: 1,
    maximum: 10_000,
    description:
      'The same for one IP address under the profile compat, where a page without cookies takes one with every stream.'
  }),
  dailyQuota: Type.Integer({
    default: 100_000,
    minimum: 1,
    maximum: 10_000_000,
    description: 'QR codes that WeChat makes for one account in a day (a sandbox account: 10,000).'
  }),
  unionId: Type.Boolean({
    default: false,
    description: 'Ask WeChat for the unionid of whoever has scanned, after the push is answered.'
  }),
  origins: Type.Array(Type.String({ maxLength: 256 }), {
    default: [],
    maxItems: 64,
    description: 'Origins of other sites whose pages may start logins here. Default: none.'
  }),
  clientSecret: Type.String({
    default: '',
    maxLength: 128,
    pattern: '^[A-Za-z0-9._~+/=-]*$',
    secret: true,
    description:
      'With it a backend redeems codes: `Authorization: Bearer <it>`. Empty: only this process and the browser itself.'
  }),
  forwardUrl: Type.String({
    default: '',
    maxLength: 512,
    description: 'Where pushes that are no scans of ours go, unchanged and as they were signed.'
  })
})

export type ScanSettings = Static<typeof Config>
