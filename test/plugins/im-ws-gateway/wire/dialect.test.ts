import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { dialectOf, readFrame, type Frame } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'

const login = (data: string, more: Partial<Frame> = {}): Frame => ({
  reqFuncName: 'Login',
  operationID: 'op',
  userID: 'u1',
  data,
  ...more
})

test.each([
  ['203', false, '2.0'],
  ['230', false, '2.3'],
  ['352', true, '3'],
  ['352', false, '3']
])(
  'the first frame of open-im-sdk %s says what it speaks (operationID in the query: %s)',
  (version, query, dialect) => {
    const path = new URL(`captured/open-im-sdk-${version}.frames.jsonl`, import.meta.url)
    const [first = ''] = readFileSync(path, 'utf8').split('\n')
    expect(dialectOf(query, readFrame(first))).toBe(dialect)
  }
)

test('batchMsg 0 is as good as 1: only 2.3 clients have it', () => {
  expect(dialectOf(false, login('{"userID":"u1"}', { batchMsg: 0 }))).toBe('2.3')
})

test('white space and empty data are no list', () => {
  expect(dialectOf(false, login(' ["u1","t"]'))).toBe('3')
  expect(dialectOf(false, login(''))).toBe('2.0')
})
