import { ApiError } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import { maxFrameBytes, requestFrame } from './frame.ts'
import type { SignRequest } from './service.ts'

const highestId = 0x7f_ff_ff_ff

/**
 * Checks what a card would have to sign, before it takes a place in the queue.
 * @throws {ApiError} `sign.text_too_large` (413), or `sign.text_invalid` (400) for what cannot be UTF-8
 */
export function checkRequest({ data, pin }: SignRequest, maxTextBytes: number): void {
  if (hasLoneSurrogate(data) || hasLoneSurrogate(pin)) throw new ApiError(Errors['sign.text_invalid'])
  const frame = (): string =>
    requestFrame(highestId, 'cus-sec_SpcSignDataAsPEM', { inData: data, passwd: pin })
  if (Buffer.byteLength(data) > maxTextBytes || Buffer.byteLength(frame()) > maxFrameBytes)
    throw new ApiError(Errors['sign.text_too_large'])
}

function hasLoneSurrogate(text: string): boolean {
  return /\p{Cs}/u.test(text)
}
