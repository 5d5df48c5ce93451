import type { FastifyBaseLogger } from 'fastify'
import type { App, Clock } from '../../core/index.ts'
import type { State } from '../state/service.ts'
import type { ScanAccount } from './account.ts'
import type { MessageListeners } from './messages.ts'
import type { ScanSink } from './push.ts'

/** What the callback works with. */
export interface CallbackParts {
  readonly accounts: readonly ScanAccount[]
  readonly sink: ScanSink
  readonly messages: MessageListeners
  readonly state: State
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly settings: { readonly freshnessS: number; readonly forwardUrl: string }
  /** Default: Node's own. */
  readonly fetch?: typeof fetch
}

/** Adds `GET` and `POST /wechat_event`, and `/wechat_event/:account`, in a context of their own. */
export function addCallback(_app: App, _parts: CallbackParts): void {}
