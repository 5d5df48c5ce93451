import { Type, type Static } from 'typebox'

export const Config = Type.Object({
  port: Type.Optional(
    Type.Integer({
      description:
        'Port of a listener for scrapers, beside the admin listener, which shows the same under /metrics; 0 takes any free one. Unset: none.',
      minimum: 0,
      maximum: 65_535
    })
  ),
  host: Type.String({
    description: 'The address that this listener listens on. It asks nobody who they are.',
    default: '127.0.0.1',
    minLength: 1
  }),
  runtime: Type.Boolean({
    description: 'Tell of the process as well: CPU, memory, garbage collection, delay of the event loop.',
    default: true
  }),
  requests: Type.Boolean({ description: 'Count and time the requests of every route.', default: true })
})

export type MetricsSettings = Static<typeof Config>
