import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { linkHeader, type Link } from '../../../../src/plugins/api-error/dialects/link-header.ts'

const related = (url: string, title?: string): Link => ({ url, rel: 'related', title })

test('a title in ASCII is quoted, any other is encoded as RFC 8187 says', () => {
  expect(
    linkHeader([related('/a', 'The "card" \\ 1'), related('/b', "校园卡 (it's 50%)*"), related('/c', '')])
  ).toBe(
    [
      String.raw`</a>; rel="related"; title="The \"card\" \\ 1"`,
      '</b>; rel="related"; title*=UTF-8\'\'%E6%A0%A1%E5%9B%AD%E5%8D%A1%20%28it%27s%2050%25%29%2A',
      '</c>; rel="related"'
    ].join(', ')
  )
})

test('no links are no header', () => {
  expect(linkHeader([])).toBe('')
  expect(linkHeader([related(`/${'x'.repeat(4_000)}`)])).toBe('')
})

test('a title that has no room is left out before a link is', () => {
  const links = [related('/a', '说'.repeat(400)), related('/b', 'short'), related(`/${'c'.repeat(1_000)}`)]
  expect(linkHeader(links)).toBe(
    `</a>; rel="related", </b>; rel="related"; title="short", </${'c'.repeat(1_000)}>; rel="related"`
  )
})

test('a link that has no room is left out, and those after it are not', () => {
  const header = linkHeader([related('/a'), related(`/${'b'.repeat(3_060)}`), related('/c')])
  expect(header).toBe('</a>; rel="related", </c>; rel="related"')
})

test('whatever is linked, the header is short and one that can be sent', () => {
  const link = fc.record({
    url: fc.string({ unit: 'binary', maxLength: 120 }),
    rel: fc.constantFrom<Link['rel']>('related', 'prev', 'next'),
    title: fc.option(fc.string({ unit: 'binary', maxLength: 120 }), { nil: undefined })
  })
  fc.assert(
    fc.property(fc.array(link, { maxLength: 40 }), links => {
      const header = linkHeader(links)
      expect(header).toMatch(/^[ -~]{0,3072}$/)
      const unquoted = header.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
      expect(unquoted).toMatch(
        /^(?:<[^<>" ]*>; rel=""(?:; title=""|; title\*=UTF-8''[\w!#$&+.^`|~%-]+)?(?:, |$))*$/
      )
    }),
    { numRuns: 50 }
  )
})
