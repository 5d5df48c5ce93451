import { Type } from 'typebox'
import { ImError } from '../codes.ts'
import type { Message } from '../model.ts'
import { operations, type Arguments, type OperationName } from '../operations/index.ts'
import { Id } from '../operations/fields.ts'
import { canonicalID } from './conversation-id.ts'
import { generationOf, type Generation } from './dialect.ts'
import type { Dialect, Frame } from './frame.ts'
import { givenMessages } from './given-message.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import { methods } from './methods/index.ts'
import type { Method } from './methods/method.ts'
import { readData, readList } from './methods/read-arguments.ts'
import { resultKinds, type ResultContext } from './results.ts'
import { assertFits } from './schema-check.ts'

/** What the gateway answers itself. */
export type SessionCall =
  | { readonly session: 'login'; readonly userID: string; readonly token: string }
  | { readonly session: 'logout' | 'status' | 'user' | 'nothing' }

/** What a user's core answers. */
export interface CoreCall {
  readonly operation: OperationName
  /** Fit the schema of the operation. */
  readonly args: Arguments[OperationName]
  /** What the client gets as `data` for a result of the operation. */
  readonly encode: (result: unknown) => string
}

const Login = Type.Object({ userID: Id, token: Type.String({ maxLength: 16_384 }) })

/**
 * What a frame asks for. A method is read in every dialect, whoever knows it.
 * @param viewerID whose client it is: 2.x names conversations from where he stands. Not read from the frame
 * @throws {ImError} `unknownMethod`, `notSupported`, or `badArguments`, which says what is wrong with which argument
 */
export function decodeCall(dialect: Dialect, frame: Frame, viewerID: string): SessionCall | CoreCall {
  const method = methods.get(frame.reqFuncName)
  if (!method) throw new ImError('unknownMethod')
  const { does } = method
  if (does === 'notSupported') throw new ImError('notSupported')
  if (does === 'login') return { session: does, ...loginIn(method, frame) }
  if (does === 'logout' || does === 'status' || does === 'user' || does === 'nothing')
    return { session: does }
  return coreCall(dialect, frame, viewerID, method, does)
}

/** In a Login, a list is that of 3.x, whatever else is known of the client. */
function loginIn(method: Method, { data }: Frame): { readonly userID: string; readonly token: string } {
  const isList = data.trimStart().startsWith('[')
  const args = isList ? readList(method.list, data) : readData(method.data, data)
  assertFits(Login, args)
  return args as { userID: string; token: string }
}

function coreCall(
  dialect: Dialect,
  { data }: Frame,
  viewerID: string,
  method: Method,
  does: OperationName
): CoreCall {
  const generation = generationOf(dialect)
  const read = generation === 'v3' ? readList(method.list, data) : readData(method.data, data)
  const asked = new Map<string, string>()
  let draft = { operation: does, args: read }
  for (const adapt of method.adapters) draft = adapt(draft, { generation, viewerID })
  const { operation } = draft
  const args = withMessages(operation, withConversations(draft.args, viewerID, asked), generation)
  assertFits(operations[operation], args)
  const context: ResultContext = { dialect, viewerID, args, asked }
  const encode = resultKinds[method.gives] as (result: unknown, context: ResultContext) => string
  return { operation, args, encode: result => encode(result, context) }
}

/** Messages that a client hands in, in its own shape, become what the model has. */
function withMessages(operation: OperationName, args: JsonObject, by: Generation): JsonObject {
  const { message, messageList } = args
  const takes = operations[operation].properties
  const read = givenMessages(by)
  const readOne = (each: unknown, index: number): Partial<Message> => read(each, `messageList.${index}`)
  if ('message' in takes && message !== undefined) return { ...args, message: read(message, 'message') }
  return 'messageList' in takes && Array.isArray(messageList)
    ? { ...args, messageList: messageList.map(readOne) }
    : args
}

/** The ids of conversations, wherever they stand, become canonical. */
function withConversations(args: JsonObject, viewerID: string, asked: Map<string, string>): JsonObject {
  const { conversationID, conversationIDList, list } = args
  const canonical = (id: unknown): unknown => {
    if (typeof id !== 'string') return id
    const known = canonicalID(id, viewerID)
    asked.set(known, id)
    return known
  }
  return {
    ...args,
    ...(conversationID === undefined ? {} : { conversationID: canonical(conversationID) }),
    ...(Array.isArray(conversationIDList) ? { conversationIDList: conversationIDList.map(canonical) } : {}),
    ...(Array.isArray(list)
      ? {
          list: list.map(each =>
            isJsonObject(each)
              ? { ...each, conversationID: canonical(each['conversationID']) }
              : (each as unknown)
          )
        }
      : {})
  }
}
