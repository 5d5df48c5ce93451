/** The calls of the API, as scripts name them. */
export type ApiCallName = 'token' | 'stable_token' | 'qrcode' | 'showqrcode' | 'user' | 'callbackip'

/** What can go wrong with a call of the API. Several may strike the same call. */
export type ApiFault =
  /** Refused with this code. Default text: WeChat's, where the simulator knows it. */
  | { readonly do: 'errcode'; readonly code: number; readonly text?: string }
  /** The answer leaves this much later. */
  | { readonly do: 'late'; readonly ms: number }
  /** The connection is cut: before anything is done (default), or when all is done but nothing answered. */
  | { readonly do: 'drop'; readonly when?: 'unread' | 'before-answer' }
  /** A proxy's page with this HTTP status. Default 502. */
  | { readonly do: 'status'; readonly status?: number }
  /** The first half of the answer. */
  | { readonly do: 'garbage' }
  /** The answer, called `text/plain`, as some of WeChat's servers do. */
  | { readonly do: 'text-plain' }

/** Whether a push that is sent again has the timestamp and nonce it had, or new ones. WeChat does not say. */
export type Resend = 'same' | 'fresh'

/** What can go wrong with a push. */
export type PushFault =
  /** It leaves this much later. */
  | { readonly do: 'late'; readonly ms: number }
  /** It never leaves. */
  | { readonly do: 'lose' }
  /** It leaves this often, at once. Default 2. `as`: default is what is set. */
  | { readonly do: 'duplicate'; readonly copies?: number; readonly as?: Resend }
  /** WeChat does not hear the answers to its first tries, and tries again. Default: one. */
  | { readonly do: 'deaf'; readonly tries?: number; readonly as?: Resend }
  /** WeChat's clock is off by this much: the timestamp and `CreateTime` say so. */
  | { readonly do: 'skew'; readonly ms: number }

/**
 * One entry of a script. It strikes the first call or push that it fits, and is then used up; with `times` it strikes
 * as often (`Infinity`: always).
 */
export type Step = { readonly times?: number } & (
  | (ApiFault & { readonly on?: 'api' | ApiCallName })
  | (PushFault & { readonly on: 'push' })
)

/** Decides which faults strike. Lists of {@link Step} are turned into one. */
export interface FaultSource {
  /** Asked for each call. */
  api?(call: ApiCallName): readonly ApiFault[]
  /** Asked for each push, once for all its tries. */
  push?(): readonly PushFault[]
}

/** Faults in order, or a source of them. */
export type Script = readonly Step[] | FaultSource
