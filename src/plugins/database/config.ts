import { Type } from 'typebox'

export const Config = Type.Object({
  driver: Type.Enum(['sqlite'], { default: 'sqlite', description: 'What keeps the rows.' }),
  file: Type.String({
    default: 'data/paifang.db',
    minLength: 1,
    description:
      'The SQLite file, relative to the working directory; its directory is created. `:memory:` keeps nothing.'
  }),
  busyTimeoutMs: Type.Integer({
    default: 5_000,
    minimum: 0,
    maximum: 60_000,
    description: 'How long a start or a write waits for another process that has locked the file.'
  })
})
