import { payExInfoStr, signedText } from './signed-text.ts'

const payExchangeInfoHead = {
  guid: '0E8C7A54-1D2B-4F3A-9C6D-5B7E8F901234',
  initalRequest: 'total=5',
  initalResponse: 'ok',
  ebpCode: '0000EBP001',
  payCode: '0000PAY001',
  payTransactionId: 'T1',
  totalAmount: 5,
  currency: '142',
  verDept: '3',
  payType: '1',
  tradingTime: '20260101075959',
  note: ''
}
const payExchangeInfoLists = [
  {
    orderNo: 'SO-1',
    goodsInfo: [{ gname: '样品', itemLink: 'https://shop.example/1' }],
    recpAccount: 'A1',
    recpName: '商户'
  }
]
const sessionID = '5A1D9C0E-7B3F-4C2D-8E6A-0F1B2C3D4E5F'
const serviceTime = '1767225600000'
const segments = {
  sessionID,
  head: JSON.stringify(payExchangeInfoHead),
  lists: JSON.stringify(payExchangeInfoLists),
  serviceTime
}
const signed = {
  certNo: '01691fe9',
  signValue: 'MEUCIQDk3n0Tq5vB0t3nN1mH2b8r0yR6Jx0C9tYw4Q2sVd7m5wIgQ1pZr8K='
}
const str = signedText(segments)

/** A request for a signature, whose time is over. */
export const uploadExample = {
  sessionID,
  payExchangeInfoHead,
  payExchangeInfoLists,
  serviceTime,
  pwdstr: '88888888'
}

/** What it is answered with. */
export const signedExample = {
  sessionID,
  payExchangeInfoHead: segments.head,
  payExchangeInfoLists: segments.lists,
  serviceTime,
  ...signed,
  payExInfoStr: payExInfoStr(segments, signed),
  str
}

/** A question whether something is signed. The certificate is none, and the answer says so. */
export const claimExample = {
  str,
  signValue: signed.signValue,
  certificate:
    '-----BEGIN CERTIFICATE-----\nMIIBozCCAUmgAwIBAgIEAWkf6TAKBggqgRzPVQGDdTA=\n-----END CERTIFICATE-----\n'
}
