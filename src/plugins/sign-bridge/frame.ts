/** The methods of the control that this bridge ever calls (e-port control 1.5, module `cus-sec`). */
export type Method =
  | 'cus-sec_SpcSignDataAsPEM'
  | 'cus-sec_SpcGetCertNo'
  | 'cus-sec_SpcGetSignCertAsPEM'
  | 'cus-sec_SpcGetSignCert'

/** What every frame from a control may hold. Nothing in it can be trusted. */
export interface Frame {
  /** A number or text, as text; empty for anything else, which is nobody's. `undefined`: the frame has none. */
  readonly id: string | undefined
  readonly method: unknown
  /** `undefined`: the frame has none. */
  readonly status: unknown
  /** `_args` of a full frame; the frame itself when it is bare (`{Result, Data, Error}`). */
  readonly body: Readonly<Record<string, unknown>> | undefined
}

/** Longest message that the control takes in one piece, in bytes of UTF-8. */
export const maxFrameBytes = 120 * 1024

const maxId = 0x7f_ff_ff_ff
let lastId = 0

/** Numbers requests: int32 from 1, unique for the life of the process (0 is the handshake's). */
export function nextId(): number {
  lastId = lastId === maxId ? 1 : lastId + 1
  return lastId
}

/** A request as the control reads it: `args` has no underscore here, `_args` of a reply has one. */
export function requestFrame(id: number, method: Method, args: Readonly<Record<string, string>>): string {
  return JSON.stringify({ _method: method, _id: id, args })
}

/** Reads a text frame. `undefined`: it is not a JSON object. */
export function parseFrame(text: string | undefined): Frame | undefined {
  const value = text === undefined ? undefined : parseJson(text)
  if (!isObject(value)) return undefined
  const { _method: method, _status: status, _args: args } = value
  const body = isObject(args) ? args : 'Result' in value ? value : undefined
  return { id: '_id' in value ? idText(value['_id']) : undefined, method, status, body }
}

/** Whether a frame is the one with which a control opens a connection. */
export function isHandshake(frame: Frame | undefined): boolean {
  return frame?.method === 'open' && (frame.status === undefined || frame.status === '00')
}

function idText(id: unknown): string {
  return typeof id === 'number' || typeof id === 'string' ? String(id) : ''
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
