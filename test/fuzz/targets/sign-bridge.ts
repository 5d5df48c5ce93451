import { Ajv } from 'ajv'
import { Correlation } from '../../../src/plugins/sign-bridge/correlation.ts'
import { isHandshake, parseFrame } from '../../../src/plugins/sign-bridge/frame.ts'
import { idempotencyKeyIn, KeyHeaders } from '../../../src/plugins/sign-bridge/idempotency-key.ts'
import { firstText, readReply, readSignature } from '../../../src/plugins/sign-bridge/reply.ts'
import { holds, keepsSecret, type Target } from '../target.ts'

/** A control may quote the PIN in whatever it says. */
const device: Target = {
  name: 'sign-frame',
  words: [
    '"_id":1',
    '"_status":"00"',
    '"_args":',
    '"Result":true',
    '"Error":["',
    'Err:Custom50070',
    '口令',
    'locked'
  ],
  prepare: () => input => {
    const frame = parseFrame(input.toString('utf8'))
    if (!frame) return
    isHandshake(frame)
    const reply = readReply(frame)
    const outcome = readSignature(reply)
    if ('error' in outcome) {
      const { error } = outcome
      keepsSecret([error.message, error.context, reply.kind === 'refused' ? reply.code : ''])
      holds(error.message.length <= 80, 'an error says more than a code')
    } else holds(outcome.sign !== '' && outcome.certNo !== '', 'nothing is taken for a signature')
    holds(firstText(reply) !== '', 'nothing is taken for a text')
    const correlation = new Correlation(true)
    correlation.expect(1, 'cus-sec_SpcSignDataAsPEM', 'text')
    const verdict = correlation.judge(frame)
    if (verdict !== 'reply') return
    holds(frame.id === '1' || frame.id === undefined, 'the answer to another request is taken')
    holds(correlation.judge(frame) !== 'reply', 'one request is answered twice')
  }
}

const key: Target = {
  name: 'idempotency-key',
  words: ['"', '\\"', '\\\\', '\\'],
  prepare() {
    const fits = new Ajv().compile(KeyHeaders)
    return input => {
      const headers = { 'idempotency-key': input.toString('latin1') }
      if (!fits(headers)) return
      const text = idempotencyKeyIn(headers) ?? ''
      holds(text.length >= 1 && text.length <= 255, 'a key is empty, or longer than it may be')
      const quoted = `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`
      const isQuotable = fits({ 'idempotency-key': quoted })
      holds(
        isQuotable && idempotencyKeyIn({ 'idempotency-key': quoted }) === text,
        'it is another key in quotes'
      )
    }
  }
}

export const signBridge: readonly Target[] = [device, key]
