import { Ajv, type ValidateFunction } from 'ajv'
import type { TObject } from 'typebox'
import { gatewayFrames, workerFrames, type FrameOf } from './frames.ts'

/** What came is no frame. The text quotes nothing of it. */
export class FrameFault extends Error {}

/** Bytes of a text frame, once it is known who sends it. */
export const maxControlBytes = 131_072

const ajv = new Ajv({ strictTypes: false })

/** Reads a frame of a worker. @throws {FrameFault} */
export const readWorkerFrame = reader(workerFrames)
/** Reads a frame of the gateway. @throws {FrameFault} */
export const readGatewayFrame = reader(gatewayFrames)

function reader<Schemas extends Readonly<Record<string, TObject>>>(
  schemas: Schemas
): (bytes: Buffer) => FrameOf<Schemas> {
  const checks = new Map<unknown, ValidateFunction>()
  const checkOf = (type: unknown): ValidateFunction => {
    if (typeof type !== 'string' || !Object.hasOwn(schemas, type))
      throw new FrameFault('it has no type that is known')
    const check = checks.get(type) ?? ajv.compile(schemas[type] as object)
    checks.set(type, check)
    return check
  }
  return bytes => {
    if (bytes.length > maxControlBytes) throw new FrameFault('it is too large')
    const frame = jsonIn(bytes)
    const check = checkOf(frame.type)
    if (check(frame)) return frame as FrameOf<Schemas>
    const { instancePath = '', keyword = '' } = check.errors?.[0] ?? {}
    throw new FrameFault(`${instancePath.slice(0, 64)} is wrong (${keyword})`)
  }
}

function jsonIn(bytes: Buffer): { readonly type?: unknown } {
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
