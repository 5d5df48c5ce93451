import * as fc from 'fast-check'
import type { TSchema } from 'typebox'
import { expect, test } from 'vitest'
import { parse } from '../../../../src/plugins/im-ws-gateway/node-message.ts'
import {
  Beat,
  FromHost,
  HeadFromHost,
  HeadToHost,
  linesOf,
  ToHost,
  Versioned
} from '../../../../src/plugins/im-ws-gateway/nodes/items.ts'

function understood(schema: TSchema, text: string): unknown {
  try {
    return parse(schema, text)
  } catch (error) {
    return error
  }
}

const schemas = { Beat, FromHost, HeadFromHost, HeadToHost, ToHost }

test.each([
  ['{"k":"open","id":1,"core":2,"user":"ann"}', ToHost],
  ['{"k":"do","id":1,"core":2,"device":3,"name":"getSelf","args":{}}', ToHost],
  ['{"k":"detach","core":2,"device":3}', ToHost],
  ['{"k":"bye","mark":7}', FromHost],
  ['{"k":"no","id":1,"code":"timeout","message":"m"}', FromHost],
  ['{"k":"totals","each":[[1,2],[3,4]]}', FromHost],
  ['{"k":"conversations","base":{"conversationID":"si_a_b","latestMsg":null},"each":[[1,{}]]}', FromHost],
  ['{"version":1,"term":1,"host":"h","node":"n","session":"s","inbox":3}', HeadToHost],
  ['{"version":2,"what":"ever"}', Versioned],
  ['{"term":1,"node":"n"}', Beat],
  ['{"term":1,"node":"n","version":1,"isOver":true}', Beat]
] as const)('%s is understood', (json, schema) => {
  expect(parse(schema, json)).toEqual(JSON.parse(json))
})

test.each([
  ['', ToHost],
  ['null', ToHost],
  ['{"k":"open","id":1,"core":2}', ToHost],
  ['{"k":"open","id":-1,"core":2,"user":"ann"}', ToHost],
  [`{"k":"open","id":1,"core":2,"user":"${'a'.repeat(161)}"}`, ToHost],
  ['{"k":"do","id":1,"core":2,"device":3,"name":"getSelf","args":"{}"}', ToHost],
  ['{"k":"detach","core":"2","device":3}', ToHost],
  ['{"k":"office","id":1,"name":"send","args":[1,2,3]}', ToHost],
  ['{"k":"no","id":1,"code":"toString","message":"m"}', FromHost],
  ['{"k":"event","cores":[1.5],"event":{"kind":"selfInfo"}}', FromHost],
  ['{"k":"totals","each":[[1]]}', FromHost],
  ['{"version":"1"}', Versioned],
  ['{"term":1e999,"node":"n","session":"s","mark":3}', HeadFromHost]
] as const)('%s is refused, and not quoted', (json, schema) => {
  expect(() => parse(schema, json)).toThrow(
    new TypeError('what another node has written cannot be understood')
  )
})

test('any text is understood or refused with a TypeError', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(schemas)),
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map(json => `{"k":"event","cores":[],"event":${json}}`)
      ),
      (schema, text) => {
        const outcome = understood(schema, text)
        expect(outcome instanceof TypeError || outcome).toEqual(
          outcome instanceof TypeError || JSON.parse(text)
        )
      }
    )
  )
})

test('a batch is taken apart at its line ends, unless it is far too large', () => {
  expect(linesOf('a\nb')).toEqual(['a', 'b'])
  const large = { length: 2 ** 28 + 1, split: () => [] } as unknown as string
  expect(() => linesOf(large)).toThrow(TypeError)
})
