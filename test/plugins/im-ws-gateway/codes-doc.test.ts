import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { codes } from '../../../src/plugins/im-ws-gateway/codes.ts'

const page = readFileSync('docs/im-codes.md', 'utf8')

test('docs/im-codes.md has every code, with its numbers and what it means', () => {
  const rows = [...page.matchAll(/^\| (\d+) \| (\d+) \| (.+) \|$/gm)].map(([row]) => row)
  expect(rows).toEqual(Object.values(codes).map(({ v2, v3, text }) => `| ${v2} | ${v3} | ${text} |`))
})
