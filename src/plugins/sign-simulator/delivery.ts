import type { CardKey } from './card-key.ts'
import type { DataFault, Handshake, Place, RequestFault } from './faults.ts'
import { formatReply, type ControlReply, type ControlRequest, type ReplyBody } from './frames.ts'

/** How replies look when nothing is wrong. */
export interface ReplyForm {
  /** `full`: with `_id`, `_method`, `_status`. `bare`: the inner `{Result, Data, Error}` alone. */
  readonly replies: 'full' | 'bare'
  /** The type that `_id` comes back with. */
  readonly idEcho: 'same' | 'number' | 'string'
}

type Frame = string | Buffer

/** The frames that answer a request, after its faults. `key` signs what should not verify. */
export function replyFrames(
  request: ControlRequest,
  body: ReplyBody,
  faults: readonly RequestFault[],
  form: ReplyForm,
  key: CardKey
): Frame[] {
  for (const fault of faults) spoil(body, fault, request, key)
  const status = faults.find(fault => fault.do === 'status')
  const copies = faults.find(fault => fault.do === 'duplicate')
  const reply: ControlReply = {
    id: echo(request.id, form.idEcho),
    method: request.method,
    status: status ? (status.status ?? '99') : '00',
    body
  }
  const bare = form.replies === 'bare' || faults.some(fault => fault.do === 'bare')
  const frame = bare ? JSON.stringify(body) : formatReply(reply)
  let frames: Frame[] = Array.from({ length: copies ? (copies.times ?? 2) : 1 }, () => frame)
  for (const fault of faults) {
    const strange = strangeFrame(fault, reply)
    if (strange !== undefined) frames = put(strange, 'place' in fault ? fault.place : 'instead', frames)
  }
  return frames
}

/** The first frame of a connection, if there is to be one. What the control puts into its `_args` is not public. */
export function handshakeFrame(as: Handshake): string | undefined {
  if (as === 'none') return undefined
  if (as === 'garbage') return 'HELLO'
  return formatReply({
    id: 0,
    method: as === 'wrong-method' ? 'close' : 'open',
    status: as === 'wrong-status' ? '99' : '00',
    body: {}
  })
}

function spoil(body: ReplyBody, fault: RequestFault, request: ControlRequest, key: CardKey): void {
  if (fault.do === 'result') body.Result = 'value' in fault ? fault.value : 'true'
  if (!Array.isArray(body.Data) || body.Data.length === 0) return
  const [first, second] = body.Data as unknown[]
  if (fault.do === 'data') spoilData(body, fault.as)
  if (fault.do === 'cert-no') body.Data = [first, fault.certNo ?? '00000000']
  if (fault.do === 'bad-signature') body.Data = [key.sign(`${String(request.args['inData'])}.`), second]
}

function spoilData(body: ReplyBody, as: DataFault): void {
  const [first, ...rest] = body.Data as unknown[]
  if (as === 'missing') delete body.Data
  else if (as === 'empty') body.Data = []
  else if (as === 'empty-string') body.Data = ['', ...rest]
  else if (as === 'not-strings') body.Data = [42, ...rest]
  else if (as === 'not-an-array') body.Data = first
  else if (as === 'one-element') body.Data = [first]
  else body.Data = [first, rest[0] ?? '', 'more']
}

function strangeFrame(fault: RequestFault, reply: ControlReply): Frame | undefined {
  switch (fault.do) {
    case 'foreign-id':
      return formatReply({ ...reply, id: 'id' in fault ? fault.id : Number(reply.id) + 1 })
    case 'wrong-method':
      return formatReply({ ...reply, method: fault.method ?? 'cus-sec_SpcGetUName' })
    case 'garbage':
      return '{"_id":'
    case 'binary':
      return Buffer.from(formatReply(reply))
    case 'not-an-object':
      return '["not", "an", "object"]'
    case 'frame':
      return fault.frame
    default:
      return undefined
  }
}

function put(frame: Frame, place: Place | undefined, frames: readonly Frame[]): Frame[] {
  if (place === 'before') return [frame, ...frames]
  return place === 'after' ? [...frames, frame] : [frame]
}

function echo(id: unknown, as: ReplyForm['idEcho']): unknown {
  if (as === 'number') return Number(id)
  return as === 'string' ? String(id) : id
}
