import { Type, type Static } from 'typebox'

const DialectNames = Type.Union([
  Type.Literal('plain'),
  Type.Literal('flask'),
  Type.Literal('ws3'),
  Type.Literal('openim'),
  Type.Literal('problem')
])

export const Config = Type.Object({
  dialect: Type.Union(DialectNames.anyOf, {
    default: 'problem',
    description: 'The dialect of routes that no other setting, plugin or caller gives one.'
  }),
  prefixes: Type.Record(Type.String({ pattern: '^/[^*?#]*$' }), DialectNames, {
    additionalProperties: false,
    default: {},
    description: 'Dialects by path prefix, such as `/ws3: ws3`; the longest that fits counts.'
  }),
  negotiate: Type.Boolean({
    default: true,
    description:
      'Lets callers choose by `Accept: application/problem+json` or `application/vnd.paifang.<dialect>+json` where neither the route nor a prefix decides.'
  }),
  locale: Type.Union([Type.Literal('zh-CN'), Type.Literal('en')], {
    default: 'zh-CN',
    description: 'The language of texts for callers that do not ask for one by `Accept-Language`.'
  }),
  docsUrl: Type.Optional(
    Type.String({
      description: 'Base of the problem types, `<docsUrl>/errors/<key>`. Without it they point to `/_errors`.'
    })
  ),
  debug: Type.Boolean({
    default: true,
    description:
      'Shows the causes of failures of the gateway to callers on this machine (dialect `problem`) and names the dialect in `X-Dialect`. Never when `NODE_ENV` is `production`.'
  }),
  plain: Type.Object({
    status: Type.Union([Type.Literal('mirror'), Type.Literal('always200')], {
      default: 'mirror',
      description: 'HTTP status: that of the outcome, or always 200.'
    })
  }),
  flask: Type.Object({
    shape: Type.Union([Type.Literal('both'), Type.Literal('code-msg'), Type.Literal('error_code-message')], {
      default: 'both',
      description: 'The members of failures.'
    }),
    status: Type.Union([Type.Literal('always200'), Type.Literal('mirror')], {
      default: 'always200',
      description: 'HTTP status: always 200, or that of the outcome.'
    })
  }),
  ws3: Type.Object({
    falsyAs404: Type.Boolean({
      default: false,
      description: 'Answers 0, empty text, null, false and nothing with code 404, as the original did.'
    }),
    errorsAs400: Type.Boolean({
      default: false,
      description: 'Answers unknown failures with code 400 instead of 500, as the original did.'
    }),
    unknownAs400: Type.Boolean({
      default: false,
      description: 'Answers codes without a text of the original (429, for one) with code 400.'
    }),
    texts: Type.Union([Type.Literal('ws3'), Type.Literal('ws3-campus')], {
      default: 'ws3',
      description: 'Wording of upstream failures: neutral, or that of a school.'
    })
  })
})

export type Config = Static<typeof Config>
