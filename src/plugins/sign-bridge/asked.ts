import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static, type TObject } from 'typebox'
import { whenGone } from '../../core/index.ts'
import { ApiError, Errors as CommonErrors, type FieldFault, type Locale } from '../api-error/service.ts'
import { namesOf } from './routes-access.ts'
import type { SignBridge, SignRequest } from './service.ts'

/** The members that the bodies of `/v1/sign` and `/v1/sign/batch` share. */
export const AskedMembers = {
  pin: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'The PIN of the card. Default: that of the caller.'
    })
  ),
  device: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Sign on this device.' })),
  certNo: Type.Optional(
    Type.String({
      pattern: '^[0-9A-Fa-f]{1,40}$',
      description: 'Sign with the certificate of this serial.'
    })
  ),
  deadlineMs: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 3_600_000,
      description: 'How long to wait for a device, at most, in milliseconds. The setting bounds it.'
    })
  )
}
const AskedBody = Type.Object(AskedMembers)

/** What a signature looks like. */
export const exampleSignature = 'MEUCIQDk3n0Tq5vB0t3nN1mH2b8r0yR6Jx0C9tYw4Q2sVd7m5wIgQ1pZr8K='

/** Something to sign, as it stands in a body. */
export const Text = Type.String({ minLength: 1, description: 'Its bytes in UTF-8 are signed as they are.' })

type Fault = FieldFault<Readonly<Record<Locale, string>>>

/**
 * What a request wants, but for the text.
 * @throws {ApiError} `param.invalid` (400) naming the field, for a device that does not exist and a PIN that is missing
 */
export function askedOf(
  request: FastifyRequest,
  reply: FastifyReply,
  body: Static<typeof AskedBody>,
  bridge: SignBridge
): Omit<SignRequest, 'data'> {
  const { device, certNo, deadlineMs } = body
  const { pin = request.signCaller?.pin } = body
  if (pin === undefined) throw invalid({ path: '/pin', code: 'required', message: texts.required })
  if (device !== undefined && !bridge.status().devices.some(({ name }) => name === device))
    throw invalid({ path: '/device', code: 'enum', message: texts.device })
  return {
    pin,
    signal: whenGone(reply),
    ...namesOf(request),
    ...(device !== undefined && { devices: [device] }),
    ...(certNo !== undefined && { certNos: [certNo] }),
    ...(deadlineMs !== undefined && { deadlineMs })
  }
}

/**
 * Refuses members that a schema does not have: a misspelt `certNo` must not sign with just any card. Their names are
 * not repeated, since whoever mixes up names and values puts a PIN there.
 * @param at where `value` stands in the body
 * @throws {ApiError} `param.invalid` (400) naming the members that there are
 */
export function refuseUnknown(value: object, { properties }: TObject, at = ''): void {
  if (Object.keys(value).every(key => Object.hasOwn(properties, key))) return
  const known = Object.keys(properties).join(', ')
  const message = {
    'zh-CN': `含有未知的字段（可用字段：${known}）`,
    en: `has a field that is not known; the known ones are ${known}`
  }
  throw invalid({ path: at, code: 'additionalProperties', message })
}

const texts = {
  required: { 'zh-CN': '不能缺少', en: 'is required' },
  device: { 'zh-CN': '没有该设备', en: 'is no device of this gateway' }
}

function invalid(fault: Fault): ApiError {
  return new ApiError(CommonErrors['param.invalid'], { fields: [fault] })
}
