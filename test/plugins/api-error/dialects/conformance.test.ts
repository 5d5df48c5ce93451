import { describe, expect, test } from 'vitest'
import type { CatalogueEntry, Locale } from '../../../../src/plugins/api-error/api-error.ts'
import { Catalogue } from '../../../../src/plugins/api-error/catalogue.ts'
import { makeDialects, type DialectOptions } from '../../../../src/plugins/api-error/dialects/index.ts'
import type { Problem } from '../../../../src/plugins/api-error/dialects/outcome.ts'

const defaults: DialectOptions = {
  plain: { status: 'mirror' },
  flask: { shape: 'both', status: 'always200' },
  ws3: { falsyAs404: false, errorsAs400: false, unknownAs400: false, texts: 'ws3' }
}
const locales: readonly Locale[] = ['zh-CN', 'en']

function problemOf(entry: CatalogueEntry, locale: Locale): Problem {
  return { ok: false, entry, locale, fields: [], method: 'GET', path: '/p', requestId: 'r1' }
}

/** Every entry of the catalogue in every language: one line each, status and body. */
function rendered(options: DialectOptions, name: keyof ReturnType<typeof makeDialects>): string {
  const dialect = makeDialects(options)[name]
  const lines = new Catalogue().list().flatMap(entry =>
    locales.map(locale => {
      const problem = problemOf(entry, locale)
      return `${entry.key} ${locale} ${dialect.status(problem)} ${JSON.stringify(dialect.body(problem))}`
    })
  )
  return `${lines.join('\n')}\n`
}

describe('every catalogue entry in every language', () => {
  for (const name of ['plain', 'flask', 'ws3', 'openim', 'problem'] as const)
    test(`in ${name} is as recorded`, async () => {
      await expect(rendered(defaults, name)).toMatchFileSnapshot(`golden/${name}.txt`)
    })

  test('in ws3 with every compatibility option is as recorded', async () => {
    const ws3 = { falsyAs404: true, errorsAs400: true, unknownAs400: true, texts: 'ws3-campus' } as const
    await expect(rendered({ ...defaults, ws3 }, 'ws3')).toMatchFileSnapshot('golden/ws3-campus.txt')
  })

  test.each(new Catalogue().list())('has a text in both: $key', ({ title }) => {
    expect(title['zh-CN']).toMatch(/\p{Script=Han}/u)
    expect(title.en).toMatch(/^[A-Z][\w ',-]+$/)
  })
})
