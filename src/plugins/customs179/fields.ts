import { Type } from 'typebox'

/** A text of the announcement's type `C..n`: 1 to n characters (Unicode code points) of its value, unescaped. */
const text = (maxLength: number, description: string) => Type.String({ minLength: 1, maxLength, description })

/** One that may be left out, or left empty. */
const optionalText = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ maxLength, description }))

const realTime = '^\\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])(?:[01]\\d|2[0-3])[0-5]\\d[0-5]\\d$'

/** `payExchangeInfoHead` (announcement 179 of 2018, 1.6.3). Members that it does not name are signed all the same. */
export const Head = Type.Object({
  guid: Type.String({
    minLength: 36,
    maxLength: 36,
    pattern: '^[0-9A-Z-]*$',
    description: 'Number of the platform’s own, letters in upper case.'
  }),
  initalRequest: text(8000, 'What the platform sent to the payment company. The name is spelt so.'),
  initalResponse: text(8000, 'What the payment company answered.'),
  ebpCode: text(18, 'Customs registration of the platform.'),
  payCode: text(18, 'Customs registration of the payment company.'),
  payTransactionId: text(60, 'Number of the payment.'),
  totalAmount: Type.Number({
    minimum: 0,
    description: 'N19,5: at most 14 digits before the point and 5 after it, not in quotes.'
  }),
  currency: Type.String({
    pattern: '^[0-9A-Z]{1,4}$',
    description: 'Customs code of the currency; 142 is the yuan.'
  }),
  verDept: Type.Enum(['1', '2', '3'], {
    description: 'Who can confirm it: 1 UnionPay, 2 NetsUnion, 3 others.'
  }),
  payType: Type.Optional(
    Type.Enum(['1', '2', '3', '4'], { description: '1 app, 2 PC, 3 scanned code, 4 others.' })
  ),
  tradingTime: Type.String({ pattern: realTime, description: 'When it was paid: YYYYMMDDhhmmss.' }),
  note: optionalText(1000, 'Anything else.')
})

const Goods = Type.Object({
  gname: text(250, 'Name of the goods.'),
  itemLink: text(3000, 'Where they are shown.')
})

/** `payExchangeInfoLists`, the orders of one payment. */
export const Lists = Type.Array(
  Type.Object({
    orderNo: text(60, 'Number of the order.'),
    goodsInfo: Type.Array(Goods, { minItems: 1 }),
    recpAccount: text(60, 'Account of the seller.'),
    recpCode: optionalText(18, 'Code of the seller, where it has one.'),
    recpName: text(100, 'Name of the seller.')
  }),
  { minItems: 1 }
)

/** What is signed. */
export const Upload = Type.Object({
  sessionID: Type.String({
    pattern: '^[0-9A-Za-z_-]{1,64}$',
    description: 'As customs sent it with its request.'
  }),
  payExchangeInfoHead: Head,
  payExchangeInfoLists: Lists,
  serviceTime: Type.String({
    pattern: '^\\d{13}$',
    description: 'Milliseconds since 1970, as text. Its signature is due within two minutes.'
  })
})
