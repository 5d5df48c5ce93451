import { ImError } from '../../../src/plugins/im-ws-gateway/codes.ts'
import { readQuery } from '../../../src/plugins/im-ws-gateway/gateway/query.ts'
import { operations } from '../../../src/plugins/im-ws-gateway/operations/index.ts'
import { assertTokenText } from '../../../src/plugins/im-ws-gateway/tokens/token-text.ts'
import {
  decodeCall,
  dialectOf,
  FrameError,
  readFrame
} from '../../../src/plugins/im-ws-gateway/wire/index.ts'
import { assertFits } from '../../../src/plugins/im-ws-gateway/wire/schema-check.ts'
import { capturedCalls, clients } from '../../plugins/im-ws-gateway/wire/captured.ts'
import { attempt, holds, keepsSecret, type Target, isSame } from '../target.ts'

const frame: Target = {
  name: 'im-frame',
  words: [
    '"data":',
    '"[]"',
    '"reqFuncName":"SendMessage"',
    '"reqFuncName":"Login"',
    '"reqFuncName":"GetAdvancedHistoryMessageList"',
    '"reqFuncName":"CreateTextMessage"',
    '"batchMsg":1',
    '\\"contentType\\":107',
    '\\"contentType\\":114',
    '\\"quoteMessage\\":{}',
    '\\\\\\"',
    '"userID":"u1"'
  ],
  seeds: () =>
    clients.flatMap(([version]) =>
      capturedCalls(version).map(({ name, data }) =>
        Buffer.from(JSON.stringify({ reqFuncName: name, operationID: 'op', userID: 'u1', data }))
      )
    ),
  prepare: () => input => {
    const outcome = attempt(() => readFrame(input), FrameError)
    if ('refused' in outcome) {
      const { reqFuncName, operationID } = (outcome.refused as FrameError).request
      holds(reqFuncName.length <= 64 && operationID.length <= 256, 'an answer repeats more than a name')
      // The answer names the request as its sender has.
      return refusalIsShort(new Error(outcome.refused.message))
    }
    const read = outcome.value
    holds(
      isSame(readFrame(JSON.stringify(read)), plain(read)),
      'what was read cannot be written and read again'
    )
    const guess = dialectOf(false, read)
    holds(guess === '3' || guess.startsWith('2.'), 'its client speaks nothing')
    for (const dialect of ['2.0', '2.3', '3'] as const) {
      const decoded = attempt(() => decodeCall(dialect, read, 'u1'), ImError)
      if ('refused' in decoded) refusalIsShort(decoded.refused)
      else if ('operation' in decoded.value) {
        const { operation, args } = decoded.value
        const copy = JSON.parse(JSON.stringify(args)) as object
        const again = attempt(() => assertFits(operations[operation], copy), ImError)
        holds('value' in again, `the arguments of ${operation} do not fit their own schema`)
        holds(
          isSame(copy, JSON.parse(JSON.stringify(args))),
          `the arguments of ${operation} change when they are read again`
        )
        holds(
          JSON.stringify(args).length <= 1_000 * 8_192 + 8 * input.length,
          'a frame becomes far more than it is'
        )
      }
    }
  }
}

/** JSON has neither NaN nor infinity. */
function plain(value: object): object {
  return JSON.parse(JSON.stringify(value), (key, each: unknown) =>
    key === 'batchMsg' ? Number(each) : each
  ) as object
}

function refusalIsShort(error: Error): void {
  keepsSecret(error)
  holds(error.message.length <= 1_024, 'an answer quotes what was sent')
}

const query: Target = {
  name: 'im-query',
  words: [
    'sendID=',
    'platformID=5',
    'token=',
    'operationID=',
    '&',
    '?',
    '=',
    '%E4%B8%80',
    '1e0',
    '0x5',
    ' 5'
  ],
  prepare: () => input => {
    const url = input.toString('latin1')
    const read = readQuery(url)
    if (read) {
      const isNamed = read.userID !== '' && read.userID.length <= 160
      const isPlatform = Number.isInteger(read.platformID) && read.platformID >= 1 && read.platformID <= 11
      holds(isNamed || read.userID === '', 'a user with a long name')
      holds((isNamed && isPlatform) || read.fault !== undefined, 'a user or a platform that there is not')
    }
    const token = attempt(() => assertTokenText(url), ImError)
    if ('value' in token) holds(/^[!-~]{1,4096}$/.test(url), 'a token that is none')
  }
}

export const im: readonly Target[] = [frame, query]
