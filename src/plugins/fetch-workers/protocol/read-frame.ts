import { Ajv, type ValidateFunction } from 'ajv'
import type { TObject } from 'typebox'
import { gatewayFrames, workerFrames, type FrameOf } from './frames.ts'

/** What came is no frame. The text quotes nothing of it. */
export class FrameFault extends Error {}

/** Bytes of a text frame, once it is known who sends it. */
export const maxControlBytes = 131_072

const ajv = new Ajv({ strictTypes: false })
const worker = faultsOf(workerFrames)
const gateway = faultsOf(gatewayFrames)

/** Reads a frame of a worker. @throws {FrameFault} */
export function readWorkerFrame(bytes: Buffer): FrameOf<typeof workerFrames> {
  return read(bytes, worker) as FrameOf<typeof workerFrames>
}

/** Reads a frame of the gateway. @throws {FrameFault} */
export function readGatewayFrame(bytes: Buffer): FrameOf<typeof gatewayFrames> {
  return read(bytes, gateway) as FrameOf<typeof gatewayFrames>
}

/** Why the other side would not read a frame of a worker, if it would not. */
export function workerFrameFault(frame: object): string | undefined {
  return sizeFault(Buffer.byteLength(JSON.stringify(frame))) ?? worker(frame)
}

/** Why the other side would not read a frame of the gateway, if it would not. */
export function gatewayFrameFault(frame: object): string | undefined {
  return sizeFault(Buffer.byteLength(JSON.stringify(frame))) ?? gateway(frame)
}

type Faults = (frame: object) => string | undefined

/** What is wrong with a frame, by the schema of its type. Schemas are compiled when they are first needed. */
function faultsOf(schemas: Readonly<Record<string, TObject>>): Faults {
  const checks = new Map<string, ValidateFunction>()
  return frame => {
    const { type } = frame as { readonly type?: unknown }
    if (typeof type !== 'string' || !Object.hasOwn(schemas, type)) return 'it has no type that is known'
    const check = checks.get(type) ?? ajv.compile(schemas[type] as object)
    checks.set(type, check)
    if (check(frame)) return undefined
    const { instancePath = '', keyword = '' } = check.errors?.[0] ?? {}
    return `${instancePath.slice(0, 64)} is wrong (${keyword})`
  }
}

function read(bytes: Buffer, faults: Faults): object {
  const tooLarge = sizeFault(bytes.length)
  if (tooLarge !== undefined) throw new FrameFault(tooLarge)
  const frame = jsonIn(bytes)
  const fault = faults(frame)
  if (fault !== undefined) throw new FrameFault(fault)
  return frame
}

function sizeFault(bytes: number): string | undefined {
  return bytes > maxControlBytes ? 'it is too large' : undefined
}

function jsonIn(bytes: Buffer): object {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString())
  } catch {
    throw new FrameFault('it is no JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new FrameFault('it is no object')
  return value
}
