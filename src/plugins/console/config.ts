import { Type, type Static } from 'typebox'

/** Settings of console. */
export const Config = Type.Object({
  path: Type.String({
    default: '/',
    pattern: '^/(?:[A-Za-z0-9_.~-]+(?:/[A-Za-z0-9_.~-]+)*)?$',
    maxLength: 128,
    description:
      'Where the page is on the gateway, for callers on this machine, unless NODE_ENV is production. The admin listener has it at /console in any case.'
  })
})

export type ConsoleSettings = Static<typeof Config>
