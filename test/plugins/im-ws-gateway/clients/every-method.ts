import type { Client } from './client.ts'
import { declarations, typeOf } from './declared-types.ts'
import { misfits, type FitOptions } from './fits.ts'
import type { Version } from './packages.ts'
import type { Raw } from './raw-client.ts'

/** Who and what is there when the methods of a client are called, one after the other. */
export interface World {
  readonly me: Client
  /** Others, on bare sockets of 2.3.x, by their user ids. */
  readonly others: Readonly<Record<'ann' | 'bob' | 'cat' | 'dan' | 'eve', Raw>>
  /** Groups: of `me`; of ann who lets nobody in by himself; of ann, with `me` in it. */
  readonly groups: { mine: string; closed: string; joined: string }
  /** What the methods have answered so far. */
  readonly results: Record<string, unknown>
}

/** A call of a method of a client, and what comes of it. */
export interface Row {
  readonly method: string
  readonly args?: (world: World) => readonly unknown[]
  /** A declared type, or a literal that starts with `=`; default: nothing, which is an empty string. */
  readonly result?: string
  /** Default 0. */
  readonly errCode?: number
  /** What somebody else does first. */
  readonly before?: (world: World) => Promise<unknown>
}

/** Methods that a client has for itself: they are no part of what it offers. */
const inward: Readonly<Record<Version, readonly string[]>> = {
  '2.0.3': ['wsSend', 'iLogin', 'getPlatform', 'createWs', 'reconnect'],
  '2.3.0': [
    'wsSend',
    'iLogin',
    'getPlatform',
    'createWs',
    'reconnect',
    'clearTimer',
    'heartbeat',
    // Sends the request of markMessageAsReadByConID, and tells nobody of the answer.
    'markNotifyMessageHasRead'
  ],
  '3.5.2': [
    'sendRequest',
    'defaultDataFormatter',
    'createRequestFunction',
    'createRequestFunctionWithoutParams',
    'handleMessage',
    'handleReconnectSuccess',
    'internalUploadFile'
  ]
}
const emitter = ['constructor', 'emit', 'on', 'off']

/** What a client offers, found on the client itself and its prototype. */
export function methodsOf({ sdk, version }: Pick<Client, 'sdk' | 'version'>): readonly string[] {
  const names = [
    ...Object.getOwnPropertyNames(sdk),
    ...Object.getOwnPropertyNames(Object.getPrototypeOf(sdk))
  ]
  const left = new Set([...inward[version], ...emitter])
  return names.filter(name => typeof sdk[name] === 'function' && !left.has(name)).toSorted()
}

/** In 2.x messages and conversations alone count in milliseconds. */
const inSeconds = /^(?!MessageItem|ConversationItem)[A-Z]/

/** Fields that the servers of the clients leave out of their answers although the clients declare them. */
export const leftOut: Readonly<Record<Version, Omit<FitOptions, 'types'>>> = {
  // A message has the element of its own type alone.
  '3.5.2': {
    absent:
      /Elem$|^(offlinePush|messageEntityList|uploadProgress|notSenderNotificationPush|unreadCount|platformIDs)$/,
    inSeconds: /^RtcInvite$/
  },
  // Elements of other types are there, with what they have when they are empty.
  '2.3.0': { nullable: /^quoteMessage$/, inSeconds },
  '2.0.3': { nullable: /^quoteMessage$/, inSeconds }
}

/** Calls the methods of the rows in their order. @returns what was wrong, a line each */
export async function callAll(world: World, rows: readonly Row[]): Promise<readonly string[]> {
  const { me, results } = world
  const types = declarations(me.version)
  const wrong: string[] = []
  for (const { method, args = () => [], result = '=', errCode = 0, before } of rows) {
    await before?.(world)
    const answer = await me.call(method, ...args(world))
    results[method] = answer.data
    const problems =
      answer.errCode === errCode
        ? errCode === 0
          ? problemsOf(answer.data, result, { types, ...leftOut[me.version] })
          : []
        : [` answered ${answer.errCode} (${answer.errMsg}), not ${errCode}`]
    wrong.push(...problems.map(problem => `${method}${problem}`))
  }
  return wrong
}

function problemsOf(data: unknown, result: string, options: FitOptions): readonly string[] {
  if (!result.startsWith('=')) return misfits(data, typeOf(result), options)
  const literal = result.slice(1)
  return data === literal ? [] : [` answered ${JSON.stringify(data)}, not ${JSON.stringify(literal)}`]
}
