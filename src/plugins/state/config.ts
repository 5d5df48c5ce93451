import { Type } from 'typebox'

export const Config = Type.Object({
  driver: Type.Enum(['memory'], { default: 'memory', description: 'Where the facts are kept.' }),
  maxKeys: Type.Integer({
    default: 100_000,
    minimum: 1,
    maximum: 10_000_000,
    description: 'Keys and held locks that the memory driver keeps. One more is refused; none is evicted.'
  })
})
