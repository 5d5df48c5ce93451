import { Type } from 'typebox'

export const Config = Type.Object({
  driver: Type.Enum(['sqlite', 'postgres'], {
    default: 'sqlite',
    description: 'What keeps the rows: a file of this machine, or a PostgreSQL that all nodes share.'
  }),
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
  }),
  postgres: Type.Object(
    {
      url: Type.String({
        default: 'postgres://127.0.0.1:5432/paifang',
        secret: true,
        minLength: 1,
        description:
          'Address of the PostgreSQL: postgres://user:password@host:port/database, `?sslmode=verify-full` for TLS.'
      }),
      maxConnections: Type.Integer({
        default: 10,
        minimum: 2,
        maximum: 500,
        description:
          'Connections of this process. Each plugin that writes uses one at a time; the others read.'
      }),
      connectTimeoutMs: Type.Integer({
        default: 10_000,
        minimum: 100,
        maximum: 120_000,
        description: 'How long a start waits for the server.'
      }),
      statementTimeoutMs: Type.Integer({
        default: 30_000,
        minimum: 100,
        maximum: 3_600_000,
        description: 'After which the server ends a statement, the wait for its turn included.'
      })
    },
    { description: 'The server of the driver `postgres`.' }
  )
})
