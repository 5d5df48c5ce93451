import { createHash } from 'node:crypto'
import type { SimulatedCard } from './card.ts'
import { badArgument, ControlError, unknownMethod, verificationFailed } from './control-error.ts'
import { toPem } from './der.ts'
import type { ControlRequest, ReplyBody } from './frames.ts'

/** What a connection has done so far: methods that need a PIN may leave it out once one was accepted. */
export interface Session {
  pinVerified: boolean
}

interface Call {
  readonly args: ControlRequest['args']
  readonly card: SimulatedCard
  readonly session: Session
}

const prefix = 'cus-sec_'

const methods: Readonly<Record<string, (call: Call) => string[]>> = {
  SpcSignData: signData,
  SpcSignDataAsPEM: signData,
  SpcSignPemDataAsPem: signData,
  SpcSignDataNoHash: signDigest,
  SpcSignDataNoHashAsPEM: signDigest,
  SpcVerifySignData: verifyData,
  SpcVerifySignDataNoHash: verifyDigest,
  SpcSHA1Digest: digest,
  SpcSHA1DigestAsPEM: digest,
  SpcVerifyPIN: verifyPin,
  SpcVerifyPINAll: verifyPin,
  SpcGetCertNo: ({ card }) => [card.read().certNo],
  SpcGetCardID: ({ card }) => [cardId(card.read().certNo)],
  SpcGetUName: ({ card }) => [card.read().holder],
  SpcGetEntName: ({ card }) => [card.read().company],
  SpcGetSignCert: ({ card }) => [card.read().certificate.toString('base64')],
  SpcGetSignCertAsPEM: ({ card }) => [toPem('CERTIFICATE', card.read().certificate)],
  SpcGetValidTimeFromCert: validTime
}

/** True for the methods that make a signature. */
export const isSigning = (method: string): boolean => method.startsWith(`${prefix}SpcSign`)

/** Does what a request asks for, and answers as the control does: failures too are answers. */
export function execute(request: ControlRequest, card: SimulatedCard, session: Session): ReplyBody {
  const name = request.method.startsWith(prefix) ? request.method.slice(prefix.length) : ''
  try {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined
    if (!method) throw unknownMethod()
    return { Result: true, Data: method({ args: request.args, card, session }), Error: [] }
  } catch (error) {
    if (error instanceof ControlError) return { Result: false, Data: [], Error: [error.message, error.code] }
    throw error
  }
}

function signData({ args, card, session }: Call): string[] {
  const key = card.read()
  const data = text(args, 'inData')
  unlock(args, card, session)
  return [key.sign(data), key.certNo]
}

function signDigest({ args, card, session }: Call): string[] {
  const key = card.read()
  const value = digestOf(args, key.digestLength)
  unlock(args, card, session)
  return [key.signDigest(value), key.certNo]
}

function verifyData({ args, card }: Call): string[] {
  refuseForeignCertificate(args['certDataPEM'], card)
  if (!card.read().verify(text(args, 'inData'), text(args, 'signData'))) throw verificationFailed()
  return ['成功!']
}

function verifyDigest({ args, card }: Call): string[] {
  refuseForeignCertificate(args['certDataPEM'], card)
  const key = card.read()
  if (!key.verifyDigest(digestOf(args, key.digestLength), text(args, 'signData'))) throw verificationFailed()
  return ['成功!']
}

function digest({ args }: Call): string[] {
  return [createHash('sha1').update(text(args, 'szInfo')).digest('base64')]
}

function verifyPin({ args, card, session }: Call): string[] {
  card.read()
  session.pinVerified = false
  card.verifyPin(text(args, 'passwd'))
  session.pinVerified = true
  return ['成功!']
}

function validTime({ args, card }: Call): string[] {
  refuseForeignCertificate(args['cert'], card)
  const { notBefore, notAfter } = card.read()
  return [JSON.stringify({ szStartTime: dateTime(notBefore), szEndTime: dateTime(notAfter) })]
}

function unlock(args: Call['args'], card: SimulatedCard, session: Session): void {
  if (args['passwd'] === undefined && session.pinVerified && !card.locked) return
  verifyPin({ args, card, session })
}

/** Methods that take a certificate know only the card's own. */
function refuseForeignCertificate(pem: unknown, card: SimulatedCard): void {
  if (pem === undefined || pem === '') return
  const own = toPem('CERTIFICATE', card.read().certificate)
  if (typeof pem !== 'string' || bare(pem) !== bare(own)) throw badArgument('cert', '模拟器只识别卡内证书')
}

function text(args: Call['args'], name: string): string {
  const value = args[name]
  if (typeof value !== 'string') throw badArgument(name, '应为字符串')
  return value
}

function digestOf(args: Call['args'], length: number): Buffer {
  const value = Buffer.from(text(args, 'inData'), 'base64')
  if (value.length !== length) throw badArgument('inData', `应为${length}字节摘要的base64`)
  return value
}

const bare = (pem: string): string => pem.replaceAll(/-----[^-]*-----|\s/g, '')

/** A card number has 13 digits; this one follows from the certificate's. */
const cardId = (certNo: string): string => (BigInt(`0x${certNo}`) % 10n ** 13n).toString().padStart(13, '0')

const dateTime = (date: Date): string => date.toISOString().slice(0, 19).replace('T', ' ')
