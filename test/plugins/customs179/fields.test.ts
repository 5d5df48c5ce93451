import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bodyOf, head, makeRig, order, type Rig } from './samples.ts'

let rig: Rig
beforeAll(async () => {
  rig = await makeRig()
})
afterAll(() => rig[Symbol.asyncDispose]())

interface Fault {
  readonly pointer: string
  readonly code: string
  readonly message: string
}

async function faultsOf(parts: Readonly<Record<string, string>>): Promise<Fault[]> {
  const before = rig.requests.length
  const { status, body } = await rig.sign(bodyOf(parts))
  expect(rig.requests.length - before).toBe(status === 200 ? 1 : 0)
  if (status === 200) return []
  expect([status, body['code']]).toEqual([400, 'param.invalid'])
  return body['errors'] as Fault[]
}

const inHead = (change: object): Promise<Fault[]> =>
  faultsOf({ payExchangeInfoHead: JSON.stringify({ ...head, ...change }) })
const inOrder = (change: object): Promise<Fault[]> =>
  faultsOf({ payExchangeInfoLists: JSON.stringify([order, { ...order, ...change }]) })
const inGoods = (change: object): Promise<Fault[]> =>
  inOrder({ goodsInfo: [{ ...order.goodsInfo[0], ...change }] })
const parts = { head: inHead, order: inOrder, goods: inGoods }
const pointers = {
  head: '/payExchangeInfoHead',
  order: '/payExchangeInfoLists/1',
  goods: '/payExchangeInfoLists/1/goodsInfo/0'
}

/** The fields that are texts of 1 to `limit` characters. */
const texts: readonly (readonly [part: keyof typeof parts, field: string, limit: number])[] = [
  ['head', 'initalRequest', 8000],
  ['head', 'initalResponse', 8000],
  ['head', 'ebpCode', 18],
  ['head', 'payCode', 18],
  ['head', 'payTransactionId', 60],
  ['order', 'orderNo', 60],
  ['order', 'recpAccount', 60],
  ['order', 'recpName', 100],
  ['goods', 'gname', 250],
  ['goods', 'itemLink', 3000]
]

describe.each(texts)('%s: %s', (part, field, limit) => {
  const change = parts[part]
  const pointer = `${pointers[part]}/${field}`

  test(`may have ${limit} characters, whatever their bytes, and no more`, async () => {
    for (const character of ['x', '中', '😀'])
      expect(await change({ [field]: character.repeat(limit) })).toEqual([])
    expect(await change({ [field]: '中'.repeat(limit + 1) })).toEqual([
      { pointer, code: 'maxLength', message: `must have at most ${limit} characters` }
    ])
  })

  test('must be there, and a text that is not empty', async () => {
    expect(await change({ [field]: undefined })).toMatchObject([{ pointer, code: 'required' }])
    expect(await change({ [field]: '' })).toMatchObject([{ pointer, code: 'minLength' }])
    for (const value of [null, 1, [], {}])
      expect(await change({ [field]: value })).toMatchObject([{ pointer, code: 'type' }])
  })
})

test.each([
  ['head', 'note', 1000],
  ['order', 'recpCode', 18]
] as const)('%s: %s may be left out or empty, and has at most %i characters', async (part, field, limit) => {
  for (const value of [undefined, '', '中'.repeat(limit)])
    expect(await parts[part]({ [field]: value })).toEqual([])
  const [fault] = await parts[part]({ [field]: 'x'.repeat(limit + 1) })
  expect(fault).toMatchObject({ pointer: `${pointers[part]}/${field}`, code: 'maxLength' })
})

test('a length is that of the value: an escape counts as the one character that it is', async () => {
  const escaped = (count: number): Record<string, string> => ({
    payExchangeInfoHead: JSON.stringify({ ...head, ebpCode: 'MARK' }).replace(
      'MARK',
      String.raw`\u4e2d`.repeat(count)
    )
  })
  expect(await faultsOf(escaped(18))).toEqual([])
  expect(await faultsOf(escaped(19))).toMatchObject([{ code: 'maxLength' }])
})

describe('fields of a form of their own', () => {
  test.each<[field: string, good: unknown[], bad: unknown[]]>([
    [
      'guid',
      ['A'.repeat(36), '0E8C7A541D2B4F3A9C6D5B7E8F9012340000'],
      ['A'.repeat(35), 'A'.repeat(37), 'a'.repeat(36), `${'A'.repeat(35)}中`, '', undefined, 36]
    ],
    ['totalAmount', [0, 5.25, 99_999_999_999_999], ['5.0', -1, -0.01, 1e14, 0.000_001, null, undefined]],
    ['currency', ['142', '502', 'CNY'], ['', '14222', 'cny', '人民币', 142, undefined]],
    ['verDept', ['1', '2', '3'], ['0', '4', '', '11', 1, undefined]],
    ['payType', ['1', '2', '3', '4', undefined], ['0', '5', '', '12', 1, null]],
    [
      'tradingTime',
      ['20260101075959', '20241231235959', '20240229000000'],
      [
        '2026010107595',
        '202601010759590',
        '20261301075959',
        '20260132075959',
        '20260101245959',
        '20260101076059',
        '2026-01-01 07:59',
        '１２３４５６７８９０１２３４',
        '',
        20_260_101_075_959,
        undefined
      ]
    ]
  ])('%s', async (field, good, bad) => {
    for (const value of good) expect(await inHead({ [field]: value })).toEqual([])
    for (const value of bad)
      expect(await inHead({ [field]: value })).toMatchObject([{ pointer: `/payExchangeInfoHead/${field}` }])
  })

  test.each<[field: string, good: unknown[], bad: unknown[]]>([
    [
      'sessionID',
      ['a', 'fe2374-8fnejf97-32839218', 'A'.repeat(64)],
      ['', 'A'.repeat(65), 'a"b', 'a||b', 'a\\b', 'a b', '中', 1, null]
    ],
    [
      'serviceTime',
      [],
      [
        '',
        '176722560000',
        '17672256000000',
        '1767225600000.0',
        '-767225600000',
        '0x76722560000',
        1_767_225_600_000,
        null
      ]
    ]
  ])('%s', async (field, good, bad) => {
    for (const value of good) expect(await faultsOf({ [field]: JSON.stringify(value) })).toEqual([])
    for (const value of bad)
      expect(await faultsOf({ [field]: JSON.stringify(value) })).toMatchObject([{ pointer: `/${field}` }])
  })
})

test('there is at least one order, and each has goods', async () => {
  const pointer = '/payExchangeInfoLists'
  expect(await faultsOf({ payExchangeInfoLists: '[]' })).toMatchObject([{ pointer, code: 'minItems' }])
  expect(await faultsOf({ payExchangeInfoLists: '{}' })).toMatchObject([{ pointer, code: 'type' }])
  expect(await faultsOf({ payExchangeInfoLists: '[[]]' })).toMatchObject([
    { pointer: `${pointer}/0`, code: 'type' }
  ])
  expect(await inOrder({ goodsInfo: [] })).toMatchObject([
    { pointer: `${pointer}/1/goodsInfo`, code: 'minItems' }
  ])
})

test('what the announcement does not name may be in head and lists', async () => {
  expect(await inHead({ more: { deep: [1] } })).toEqual([])
  expect(await inGoods({ more: null })).toEqual([])
})

test('what the body does not know is refused: a misspelt certNo would sign with just any card', async () => {
  const faults = await faultsOf({ certno: '"01691f4c"', 'a/b~': '1' })
  expect(faults).toMatchObject([{ pointer: '', code: 'additionalProperties' }])
  expect(JSON.stringify(faults)).toContain('serviceTime, pwdstr, certNo')
})

test('a PIN that was put where a name should be does not come back', async () => {
  expect(JSON.stringify(await faultsOf({ '88888888': '"pwdstr"' }))).not.toContain('88888888')
})

test('certNo, where it is given, is the certificate that the bridge must sign with', async () => {
  expect(await faultsOf({ certNo: '"01691F4C"' })).toEqual([])
  expect(rig.requests.at(-1)).toMatchObject({ certNos: ['01691F4C'] })
  expect(await faultsOf({})).toEqual([])
  expect(rig.requests.at(-1)).not.toHaveProperty('certNos')
  for (const certNo of ['""', '"xyz"', `"${'a'.repeat(41)}"`, '1', 'null'])
    expect(await faultsOf({ certNo })).toMatchObject([{ pointer: '/certNo' }])
})
