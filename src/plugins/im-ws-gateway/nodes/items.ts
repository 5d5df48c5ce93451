import { Type, type Static } from 'typebox'
import { codes, type CodeName } from '../codes.ts'
import type { Message } from '../model.ts'
import type { PackedConversation } from './packed-event.ts'

/**
 * What nodes of one link have in common: whatever stands below, and what it means. Count it up with every change that a
 * node of the release before would not understand, or would understand otherwise; new fields that may be missing are none.
 */
export const linkVersion = 1

const Number_ = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Id = Type.String({ minLength: 1, maxLength: 160 })
const Platform = Type.Integer({ minimum: 0, maximum: 1_000 })

/** What a node says to the host. Cores, devices and requests have numbers, which are the node's own. */
export const ToHost = Type.Union([
  /** It is there. What follows names all that it has. */
  Type.Object({ k: Type.Literal('join') }),
  /** It has named all: what it had before under its name is over. */
  Type.Object({ k: Type.Literal('ready') }),
  /** It is there still. `arrived`: a mark; all that its connections were told up to there after they came has arrived. */
  Type.Object({ k: Type.Literal('beat'), arrived: Type.Optional(Number_) }),
  /** It goes. */
  Type.Object({ k: Type.Literal('leave') }),
  Type.Object({ k: Type.Literal('open'), id: Number_, core: Number_, user: Id }),
  Type.Object({
    k: Type.Literal('attach'),
    id: Number_,
    core: Number_,
    device: Number_,
    platform: Platform,
    since: Type.Optional(Number_)
  }),
  Type.Object({
    k: Type.Literal('resume'),
    id: Number_,
    core: Number_,
    device: Number_,
    platform: Platform,
    mark: Number_
  }),
  Type.Object({ k: Type.Literal('detach'), core: Number_, device: Number_, since: Type.Optional(Number_) }),
  Type.Object({ k: Type.Literal('close'), core: Number_ }),
  Type.Object({
    k: Type.Literal('do'),
    id: Number_,
    core: Number_,
    device: Number_,
    name: Id,
    args: Type.Unsafe<object>(Type.Object({}))
  }),
  /** A call of the back office. */
  Type.Object({
    k: Type.Literal('office'),
    id: Number_,
    name: Id,
    args: Type.Array(Type.Unknown(), { maxItems: 2 })
  })
])
export type ToHost = Static<typeof ToHost>
/** What is answered. */
export type Asked = Extract<ToHost, { readonly id: number }>

/** What is to be answered, whatever it is. */
export const Numbered = Type.Object({ id: Number_ })

/** What the host says to a node. */
export const FromHost = Type.Union([
  Type.Object({ k: Type.Literal('joined') }),
  /** The host does not know the node, or not all that it has said: it has to join again. */
  Type.Object({ k: Type.Literal('unknown') }),
  /** The host leaves the chat to another, and has told all. What it has not answered it has not done. */
  Type.Object({ k: Type.Literal('bye'), mark: Number_ }),
  /** From here on events are told to this device, too. */
  Type.Object({ k: Type.Literal('here'), core: Number_, device: Number_ }),
  Type.Object({ k: Type.Literal('ok'), id: Number_, result: Type.Unknown() }),
  Type.Object({
    k: Type.Literal('no'),
    id: Number_,
    code: Type.Enum(Object.keys(codes) as CodeName[]),
    message: Type.String()
  }),
  Type.Object({
    k: Type.Literal('event'),
    cores: Type.Array(Number_),
    cause: Type.Optional(Number_),
    except: Type.Optional(Number_),
    event: Type.Unsafe<{ readonly kind: string }>(Type.Object({ kind: Type.String() }))
  }),
  /** How a conversation stands now, for each who is in it. */
  Type.Object({
    k: Type.Literal('conversations'),
    base: Type.Unsafe<PackedConversation>(
      Type.Object({
        conversationID: Type.String(),
        latestMsg: Type.Union([Number_, Type.Null()])
      })
    ),
    each: Type.Array(Type.Tuple([Number_, Type.Unsafe<Partial<PackedConversation>>(Type.Object({}))]))
  }),
  /** How much is unread now, for each. */
  Type.Object({ k: Type.Literal('totals'), each: Type.Array(Type.Tuple([Number_, Number_])) })
])
export type FromHost = Static<typeof FromHost>

/** A message that events of the batch name by its number: what stands behind an `m`. */
export const MessageLine = Type.Unsafe<Message>(
  Type.Object({ clientMsgID: Type.String(), contentType: Type.Integer(), seq: Number_ })
)

/** Of what version a batch from a node is. It says so in every version, and is passed over where it is another one. */
export const Versioned = Type.Object({ version: Type.Optional(Number_) })
/** What a batch from a node begins with. */
export const HeadToHost = Type.Object({ term: Number_, host: Id, node: Id, session: Id, inbox: Number_ })
/** What a batch for a node begins with. `mark`: with it, all has been told up to there. */
export const HeadFromHost = Type.Object({ term: Number_, session: Id, mark: Number_ })
/** That somebody runs the chat, or does not any more. It is the same in every version. */
export const Beat = Type.Object({
  term: Number_,
  node: Id,
  /** Of his links; missing: of a release from before there were any. */
  version: Type.Optional(Number_),
  isOver: Type.Optional(Type.Boolean())
})
export type Beat = Static<typeof Beat>

/** Characters of a batch; a larger one is none of ours. */
const maxBatch = 256 * 1_048_576

/** The lines of a batch. @throws {TypeError} for one that is too large */
export function linesOf(batch: string): readonly string[] {
  if (batch.length > maxBatch) throw new TypeError('what another node has written is too large')
  return batch.split('\n')
}
