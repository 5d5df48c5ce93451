import { Type, type Static } from 'typebox'

/** Settings of openapi. */
export const Config = Type.Object({
  path: Type.String({
    default: '/openapi.json',
    pattern: String.raw`^/[^\s?#:*]*$`,
    maxLength: 200,
    description: 'Where the document is.'
  }),
  reference: Type.Union([Type.Literal('development'), Type.Literal('always'), Type.Literal('never')], {
    default: 'development',
    description:
      'When the gateway has a page that shows the document: unless NODE_ENV is production, always, or never. The admin listener has it at /openapi in any case.'
  }),
  referencePath: Type.String({
    default: '/openapi',
    pattern: '^(?:/[A-Za-z0-9_.~-]+)+$',
    maxLength: 128,
    description: 'Where the page is on the gateway.'
  }),
  title: Type.String({
    default: 'Paifang',
    minLength: 1,
    maxLength: 200,
    description: 'What the API is called.'
  }),
  version: Type.String({
    default: '1',
    minLength: 1,
    maxLength: 50,
    description: 'Version of the API, not of the gateway.'
  }),
  description: Type.String({
    default: '',
    maxLength: 5_000,
    description: 'What the API is for, in Markdown.'
  }),
  publicPrefix: Type.String({
    default: '',
    maxLength: 500,
    pattern: String.raw`^(?:https?://[^\s/?#]+)?(?:/[^\s?#]*[^\s/?#])?$`,
    description:
      'What callers see before the paths of the gateway, `/gateway` or `https://api.example.com/v2`, where a proxy strips it.'
  }),
  exclude: Type.Array(Type.String({ pattern: String.raw`^/[^\s?#*]*$` }), {
    default: [],
    maxItems: 100,
    description: 'Paths that are left out with all below them, such as `/internal`.'
  })
})

export type Config = Static<typeof Config>
