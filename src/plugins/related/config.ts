import { Type, type Static } from 'typebox'

/** Settings of related. */
export const Config = Type.Object({
  publicPrefix: Type.String({
    default: '',
    maxLength: 500,
    pattern: String.raw`^(?:https?://[^\s/?#]+)?(?:/[^\s?#]*[^\s/?#])?$`,
    description:
      'What callers see before the paths of the gateway, `/gateway` or `https://api.example.com/v2`, where a proxy strips it.'
  }),
  hideForbidden: Type.Boolean({
    default: true,
    description: 'Names only what the caller may call, as far as `token-auth` can tell.'
  })
})

export type Config = Static<typeof Config>
