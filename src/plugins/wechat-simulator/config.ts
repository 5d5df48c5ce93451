import { Type } from 'typebox'

export const Config = Type.Object({
  port: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 65_535,
    description: 'Where it listens on 127.0.0.1. 0: any free port.'
  }),
  callbackUrl: Type.String({
    default: '',
    maxLength: 256,
    pattern: '^(|https?://.+)$',
    description: 'Where pushes go. Default: `/wechat_event` of this gateway.'
  }),
  appId: Type.String({
    default: '',
    maxLength: 64,
    description: 'AppID of the simulated account. Default: drawn at each start, as the three secrets are.'
  }),
  appSecret: Type.String({ default: '', maxLength: 128, secret: true, description: 'Its AppSecret.' }),
  token: Type.String({
    default: '',
    pattern: '^(|[A-Za-z0-9]{3,32})$',
    secret: true,
    description: 'The Token with which pushes are signed.'
  }),
  encodingAesKey: Type.String({
    default: '',
    pattern: '^(|[A-Za-z0-9]{43})$',
    secret: true,
    description: 'The EncodingAESKey with which pushes are encrypted.'
  }),
  mode: Type.Enum(['plain', 'compat', 'secure'], {
    default: 'secure',
    description: 'How pushes are encrypted.'
  }),
  format: Type.Enum(['xml', 'json'], { default: 'xml', description: 'How pushes are written.' }),
  followers: Type.Integer({
    default: 2,
    minimum: 0,
    maximum: 100,
    description: 'How many people follow the account from the start. One more does not.'
  }),
  faultRate: Type.Number({
    default: 0,
    minimum: 0,
    maximum: 1,
    description: 'The share of API calls and pushes that a random fault strikes.'
  }),
  seed: Type.Integer({
    default: 1,
    minimum: 0,
    maximum: 0x7fff_ffff,
    description: 'The same seed draws the same faults.'
  }),
  allowInProduction: Type.Boolean({
    default: false,
    description: 'Start even when NODE_ENV is production. Anybody on this machine can log in as anybody then.'
  })
})
