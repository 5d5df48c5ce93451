import { describe, expect, test } from 'vitest'
import type { ImError } from '../../../../src/plugins/im-ws-gateway/codes.ts'
import { operations } from '../../../../src/plugins/im-ws-gateway/operations/index.ts'
import {
  decodeCall,
  dialectOf,
  readFrame,
  type Dialect
} from '../../../../src/plugins/im-ws-gateway/wire/index.ts'
import { inputView, validate } from '../../../../src/settings/schema.ts'
import { capturedCalls, capturedFrames, clients } from './captured.ts'

function decoded(dialect: Dialect, name: string, data: string): string {
  try {
    const call = decodeCall(dialect, { reqFuncName: name, operationID: 'op', userID: 'u1', data }, 'u1')
    if ('operation' in call) return `${call.operation} ${JSON.stringify(call.args)}`
    const { session, ...rest } = call
    return `${session} ${JSON.stringify(rest)}`
  } catch (error) {
    return (error as ImError).code
  }
}

describe.each(clients)('open-im-sdk-%s', (version, dialect) => {
  test.each(capturedCalls(version))(
    'sent $name $data, which asks for $decoded',
    ({ name, data, decoded: expected }) => {
      expect(decoded(dialect, name, data)).toBe(expected)
    }
  )

  test('sent arguments that fit the schema of their operation to the letter', () => {
    const faults = capturedCalls(version).flatMap(({ decoded: expected }) => {
      const [operation = '', ...args] = expected.split(' ')
      const schema = operations[operation as keyof typeof operations]
      return schema ? validate(inputView(schema), JSON.parse(args.join(' '))) : []
    })
    expect(faults).toEqual([])
  })

  test('sent whole frames that are read, its Login first', () => {
    const [first = '', ...others] = capturedFrames(version)
    const login = readFrame(first)
    expect(dialectOf(false, login)).toBe(dialect)
    expect(decodeCall(dialect, login, 'u1')).toMatchObject({ session: 'login', userID: 'u1' })
    const [send, logout] = others.map(raw => decodeCall(dialect, readFrame(raw), 'u1'))
    expect(send).toMatchObject({
      operation: 'sendMessage',
      args: { recvID: 'u2', groupID: '', message: { clientMsgID: 'c1', textElem: { content: 'hi' } } }
    })
    expect(logout).toEqual({ session: 'logout' })
  })
})
