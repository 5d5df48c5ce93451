import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  oneof,
  record,
  stringMatching,
  tuple,
  type Arbitrary
} from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  bodyOf,
  head,
  headText,
  listsText,
  makeRig,
  order,
  pin,
  sessionID,
  startsAt,
  type Rig
} from './samples.ts'

let rig: Rig
beforeAll(async () => {
  rig = await makeRig()
})
afterAll(() => rig[Symbol.asyncDispose]())

/** What a request is refused with; nothing of it may have reached a card or a log. */
async function refusal(
  payload: string | Buffer,
  headers: object = {}
): Promise<{ status: number; code: string; errors: object[] }> {
  const before = rig.requests.length
  const { status, body } = await rig.sign(payload, headers)
  expect(rig.requests.length).toBe(before)
  expect(JSON.stringify(body) + rig.logs()).not.toContain(pin)
  return { status, code: String(body['code']), errors: body['errors'] as object[] }
}

const golden = `"sessionID":"${sessionID}"||"payExchangeInfoHead":"{"guid":"0E8C7A54-1D2B-4F3A-9C6D-5B7E8F901234","initalRequest":"a=1&b=/","initalResponse":"{\\"ok\\":1}","ebpCode":"0000EBP001","payCode":"0000PAY001","payTransactionId":"T1","totalAmount":5.0,"currency":"142","verDept":"3","payType":"1","tradingTime":"20260101075959","note":"中文"}"||"payExchangeInfoLists":"[{"orderNo":"SO-1","goodsInfo":[{"gname":"样品","itemLink":"https://shop.example/1"}],"recpAccount":"A1","recpCode":"","recpName":"商户"}]"||"serviceTime":"1767225600000"`
const goldenHead =
  '{"guid":"0E8C7A54-1D2B-4F3A-9C6D-5B7E8F901234","initalRequest":"a=1&b=/","initalResponse":"{\\"ok\\":1}","ebpCode":"0000EBP001","payCode":"0000PAY001","payTransactionId":"T1","totalAmount":5.0,"currency":"142","verDept":"3","payType":"1","tradingTime":"20260101075959","note":"中文"}'
const goldenLists =
  '[{"orderNo":"SO-1","goodsInfo":[{"gname":"样品","itemLink":"https://shop.example/1"}],"recpAccount":"A1","recpCode":"","recpName":"商户"}]'

test('signs the four segments and answers with all that the upload needs', async () => {
  const { status, body } = await rig.sign(
    bodyOf({ payExchangeInfoHead: goldenHead, payExchangeInfoLists: goldenLists })
  )
  expect(status).toBe(200)
  expect(rig.requests.at(-1)).toMatchObject({ data: golden, pin })
  expect(body).toEqual({
    sessionID,
    payExchangeInfoHead: goldenHead,
    payExchangeInfoLists: goldenLists,
    serviceTime: '1767225600000',
    certNo: '01691f4c',
    signValue: 'c2lnbmF0dXJl',
    payExInfoStr: `{"sessionID":"${sessionID}","payExchangeInfoHead":${goldenHead},"payExchangeInfoLists":${goldenLists},"serviceTime":"1767225600000","certNo":"01691f4c","signValue":"c2lnbmF0dXJl"}`,
    str: golden
  })
})

describe('what was written is what is signed and uploaded', () => {
  const piece = oneof(
    constantFrom(String.raw`\u4e2d`, String.raw`\u4E2D`, String.raw`\/`, '/', String.raw`\"`, String.raw`\\`),
    constantFrom(
      String.raw`\ud83d\ude00`,
      '😀',
      '"||"'.replaceAll('"', String.raw`\"`),
      '||',
      '&',
      '<',
      '中',
      ' ',
      String.raw`\n`
    )
  )
  const written = (maxLength: number): Arbitrary<string> =>
    array(piece, { minLength: 1, maxLength }).map(pieces => `"${pieces.join('')}"`)
  const number = constantFrom(
    '5.0',
    '5',
    '1e2',
    '1E+2',
    '-0',
    '0.00',
    '12345678901234.12345',
    '99999999999999.99999',
    '100.10'
  )
  const anything = oneof(
    number,
    constantFrom('1e400', '9007199254740993', '-1.50', 'true', 'null', '[]', '{"a":[{}]}', '"x"')
  )

  const headWritten = record({
    request: written(20),
    response: written(20),
    amount: number,
    extra: anything,
    note: written(9)
  }).map(
    ({ request, response, amount, extra, note }) =>
      `{"note":"first","guid":"${head.guid}","initalRequest":${request},"initalResponse":${response},"ebpCode":"E","payCode":"P","payTransactionId":"T","totalAmount":1,"extra":${extra},"totalAmount":${amount},"currency":"142","verDept":"3","tradingTime":"20260101075959","note":${note}}`
  )
  const orderWritten = tuple(written(9), written(20), anything).map(
    ([name, link, extra]) =>
      `{"orderNo":"1","orderNo":${name},"goodsInfo":[{"gname":${name},"itemLink":${link},"extra":${extra}}],"recpAccount":"A","recpName":${name}}`
  )
  const listsWritten = array(orderWritten, { minLength: 1, maxLength: 3 }).map(orders => `[${orders.join()}]`)
  const space = stringMatching(/^[ \n\r\t]{0,3}$/)

  test('numbers, escapes, order and repeated names stay as they are', async () => {
    await assert(
      asyncProperty(headWritten, listsWritten, space, async (headOf, listsOf, gap) => {
        const payload = `${gap}{"payExchangeInfoHead":{"an":"earlier one"},${bodyOf({
          payExchangeInfoHead: gap + headOf + gap,
          payExchangeInfoLists: gap + listsOf + gap
        }).slice(1)}${gap}`
        const { status, body } = await rig.sign(payload)
        expect(body['errors'] ?? status).toBe(200)
        const signed = Buffer.from(rig.requests.at(-1)?.data ?? '')
        const expected = `"sessionID":"${sessionID}"||"payExchangeInfoHead":"${headOf}"||"payExchangeInfoLists":"${listsOf}"||"serviceTime":"${startsAt}"`
        expect(signed.equals(Buffer.from(expected))).toBe(true)
        expect(body).toMatchObject({
          payExchangeInfoHead: headOf,
          payExchangeInfoLists: listsOf,
          str: expected
        })
        expect(body['payExInfoStr']).toContain(
          `"payExchangeInfoHead":${headOf},"payExchangeInfoLists":${listsOf},"serviceTime"`
        )
        const upload = JSON.parse(String(body['payExInfoStr'])) as object
        expect(upload).toEqual({
          sessionID,
          payExchangeInfoHead: JSON.parse(headOf),
          payExchangeInfoLists: JSON.parse(listsOf),
          serviceTime: String(startsAt),
          certNo: '01691f4c',
          signValue: 'c2lnbmF0dXJl'
        })
      })
    )
  })
})

describe('whitespace', () => {
  test('around the parts is nobody’s concern', async () => {
    const payload = bodyOf({ payExchangeInfoHead: ` ${headText}\n`, payExchangeInfoLists: `\t${listsText} ` })
    expect((await rig.sign(` ${payload} `)).status).toBe(200)
    expect(rig.requests.at(-1)?.data).not.toMatch(/ "|\n|\t/)
  })

  test.each<[string, string, string]>([
    ['head', headText.replace('"totalAmount":5', '"totalAmount": 5'), listsText],
    ['head', JSON.stringify(head, undefined, 1), listsText],
    ['lists', headText, listsText.replace('},"recp', '}, "recp').replace('}],', '}] ,')],
    ['lists', headText, JSON.stringify([order], undefined, '\t')]
  ])('within the %s is refused, and told where', async (part, headOf, listsOf) => {
    const { status, code, errors } = await refusal(
      bodyOf({ payExchangeInfoHead: headOf, payExchangeInfoLists: listsOf })
    )
    const pointer = part === 'head' ? '/payExchangeInfoHead' : '/payExchangeInfoLists'
    const at = (part === 'head' ? headOf : listsOf).search(/(?<=[{[,:\]])\s/) + 1
    expect({ status, code, errors }).toEqual({
      status: 400,
      code: 'param.invalid',
      errors: [
        {
          pointer,
          code: 'whitespace',
          message: `must hold no whitespace outside of strings (character ${at})`
        }
      ]
    })
  })
})

test('all that is wrong with the text is told at once, in Chinese to those who read it', async () => {
  const headOf = JSON.stringify({ ...head, totalAmount: 0, note: '?' }, undefined, 1)
    .replace('"?"', String.raw`"\ud800"`)
    .replace('"totalAmount": 0', '"totalAmount": 1.123456')
  const payload = bodyOf({
    payExchangeInfoHead: headOf,
    payExchangeInfoLists: `${listsText.slice(0, -1)}\n]`
  })
  const { errors } = await refusal(payload, { 'accept-language': 'zh-CN' })
  expect(errors).toEqual([
    {
      pointer: '/payExchangeInfoHead',
      code: 'whitespace',
      message: '字符串以外不得有空白字符（第 2 个字符）'
    },
    { pointer: '/payExchangeInfoHead', code: 'unicode', message: '含有不成对的代理项（\\ud800–\\udfff）' },
    {
      pointer: '/payExchangeInfoLists',
      code: 'whitespace',
      message: `字符串以外不得有空白字符（第 ${listsText.length} 个字符）`
    },
    {
      pointer: '/payExchangeInfoHead/totalAmount',
      code: 'digits',
      message: '整数部分不能多于 14 位，小数部分不能多于 5 位'
    }
  ])
})

describe('35, 36: what could be read in two ways is refused', () => {
  const bytes = (text: string, at: string, ...put: number[]): Buffer => {
    const [before = '', after = ''] = text.split(at)
    return Buffer.concat([Buffer.from(before), Buffer.from(put), Buffer.from(after)])
  }
  const marked = bodyOf({ payExchangeInfoHead: headText.replace('"note":""', '"note":"MARK"') })
  test.each<[string, string | Buffer]>([
    ['half a surrogate pair, escaped', marked.replace('MARK', String.raw`\ud800`)],
    [
      'half a surrogate pair in a member that has no limits',
      marked.replace('"note"', String.raw`"\udfff":1,"note"`)
    ],
    ['half a surrogate pair, encoded', bytes(marked, 'MARK', 0xed, 0xa0, 0x80)],
    ['a byte that is not UTF-8', bytes(marked, 'MARK', 0xff)],
    ['GBK', bytes(marked, 'MARK', 0xd6, 0xd0)],
    ['a character cut short', bytes(marked, 'MARK', 0xe4, 0xb8)],
    ['UTF-16', Buffer.from(marked, 'utf16le')],
    ['__proto__ in the body', marked.replace('{', '{"__proto__":{},')],
    ['__proto__ in the head', marked.replace('"note"', '"__proto__":{"note":1},"note"')],
    ['__proto__, escaped', marked.replace('"note"', String.raw`"\u005f_proto__":1,"note"`)],
    ['constructor.prototype', marked.replace('"note"', '"constructor":{"prototype":1},"note"')],
    ['a comment', marked.replace('"note"', '/**/"note"')],
    ['a comma too many', marked.replace('"MARK"', '"MARK",')],
    ['a line feed in a string', marked.replace('MARK', '\n')],
    ['a number with a leading zero', marked.replace('"totalAmount":5', '"totalAmount":05')],
    ['NaN', marked.replace('"totalAmount":5', '"totalAmount":NaN')],
    ['no end', marked.slice(0, -1)],
    ['a second value', `${marked}{}`],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', JSON.stringify(marked)],
    [
      'head as text',
      marked.replace(
        /"payExchangeInfoHead":(\{.*?\}),"pay/,
        (_, text: string) => `"payExchangeInfoHead":${JSON.stringify(text)},"pay`
      )
    ]
  ])('%s', async (_, payload) => {
    expect((await refusal(payload)).status).toBe(400)
  })

  test('a byte order mark is not signed', async () => {
    expect((await rig.sign(`\uFEFF${marked}`)).status).toBe(200)
    expect(rig.requests.at(-1)?.data.startsWith('"sessionID"')).toBe(true)
  })

  test('a form or plain text is refused, whatever is in it', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/jsonp'])
      expect([400, 415]).toContain((await refusal(marked, { 'content-type': type })).status)
  })
})

describe('27: size and depth', () => {
  test('a member of great depth is signed as it is', async () => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
    const { status } = await rig.sign(
      bodyOf({ payExchangeInfoHead: headText.replace('"note"', `"deep":${deep},"note"`) })
    )
    expect(status).toBe(200)
    expect(rig.requests.at(-1)?.data).toContain(deep)
  })

  test('a body of more than 128 KiB is not read', async () => {
    const filler = (length: number): string =>
      bodyOf({ payExchangeInfoHead: headText.replace('"note"', `"filler":"${'x'.repeat(length)}","note"`) })
    const limit = 128 * 1024 - Buffer.byteLength(filler(0))
    expect((await rig.sign(filler(limit))).status).toBe(200)
    expect((await refusal(filler(limit + 1))).status).toBe(413)
  })
})

describe('the PIN', () => {
  test.each(['""', '88888888', 'null', `"${pin.repeat(33)}"`])('%s is refused', async pwdstr => {
    expect(await refusal(bodyOf({ pwdstr }))).toMatchObject({
      status: 400,
      errors: [{ pointer: '/pwdstr' }]
    })
  })

  test('is taken from the body alone', async () => {
    const before = rig.requests.length
    const payload = bodyOf().replace(`,"pwdstr":"${pin}"`, '')
    const response = await rig.gateway.inject({
      method: 'POST',
      url: `/v1/customs179/sign?pwdstr=${pin}`,
      headers: { 'content-type': 'application/json', pwdstr: pin },
      payload
    })
    expect(response.json()).toMatchObject({ status: 400, errors: [{ pointer: '/pwdstr', code: 'required' }] })
    expect(rig.requests.length).toBe(before)
  })

  test('is in no answer and no log, and neither is what was to be signed', async () => {
    const secret = '7'.repeat(9)
    await rig.sign(bodyOf({ pwdstr: `"${secret}"` }))
    await rig.sign(`{"pwdstr":"${secret}" ${secret}}`)
    const { body } = await rig.sign(bodyOf({ pwdstr: `"${secret}"`, serviceTime: '"1"' }))
    expect(JSON.stringify(body)).not.toContain(secret)
    expect(rig.logs()).toContain('/v1/customs179/sign')
    for (const text of [secret, sessionID, head.guid, order.recpName]) expect(rig.logs()).not.toContain(text)
  })
})
