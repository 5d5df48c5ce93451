/** A request: `{"_id", "_method", "args"}` on the wire. Requests carry `args`, replies `_args`. */
export interface ControlRequest {
  readonly id: unknown
  /** With its prefix: `cus-sec_SpcSignDataAsPEM`. */
  readonly method: string
  readonly args: Readonly<Record<string, unknown>>
}

/** What a method came to. Loosely typed, for faults to spoil. */
export interface ReplyBody {
  Result: unknown
  Data?: unknown
  /** Empty, or a text and a code. */
  Error: readonly string[]
}

/** A reply before it is written. The handshake has the same form. */
export interface ControlReply {
  readonly id: unknown
  readonly method: unknown
  readonly status: string
  readonly body: object
}

/** Reads a request. Like the control, ignores what is not a JSON object that names a method. */
export function parseRequest(text: string): ControlRequest | undefined {
  if (!text.startsWith('{')) return undefined
  let frame: Record<string, unknown>
  try {
    frame = JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
  const { _id: id, _method: method, args } = frame
  if (typeof method !== 'string') return undefined
  const isObject = typeof args === 'object' && args !== null && !Array.isArray(args)
  return { id, method, args: isObject ? (args as Record<string, unknown>) : {} }
}

/** Writes a reply as the control does. */
export function formatReply({ id, method, status, body }: ControlReply): string {
  return JSON.stringify({ _id: id, _method: method, _status: status, _args: body })
}
