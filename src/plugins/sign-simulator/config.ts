import { Type } from 'typebox'

export const Config = Type.Object({
  devices: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 64,
    description: 'How many simulated devices, each with a card of its own.'
  }),
  algorithm: Type.Union([Type.Literal('rsa'), Type.Literal('sm2')], {
    default: 'rsa',
    description: 'The kind of the cards: RSA-1024 with SHA-1, or SM2 with SM3.'
  }),
  delayMs: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 600_000,
    description: 'How long a card takes for one request, in milliseconds. A real one: about 250 to 1300.'
  }),
  pin: Type.String({
    default: '88888888',
    minLength: 1,
    maxLength: 64,
    secret: true,
    description: 'The PIN of the cards. Three wrong ones in a row lock a card until the next start.'
  }),
  port: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 65_535,
    description: 'The first port on 127.0.0.1; further devices take the ports after it. 0: any free ports.'
  }),
  faultRate: Type.Number({
    default: 0,
    minimum: 0,
    maximum: 1,
    description: 'The share of connections and requests that a random fault strikes.'
  }),
  seed: Type.Integer({
    default: 1,
    minimum: 0,
    maximum: 0x7fff_ffff,
    description: 'The same seed draws the same faults.'
  }),
  allowInProduction: Type.Boolean({
    default: false,
    description: 'Start even when NODE_ENV is production. Its signatures are worth nothing.'
  })
})
