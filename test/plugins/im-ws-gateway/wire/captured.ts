import { readFileSync } from 'node:fs'
import type { Dialect } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'

/** What unmodified clients sent, as captured on the wire (specification §A). */
export interface CapturedCall {
  readonly name: string
  readonly data: string
  /** What it asks for: an operation with its arguments, a session call, or the code of an error. */
  readonly decoded: string
}

export const clients = [
  ['203', '2.0', '2.0.3'],
  ['230', '2.3', '2.3.0'],
  ['352', '3', '3.5.2']
] as const satisfies readonly (readonly [string, Dialect, string])[]

const separator = '  '

/** All calls of a client, in the order in which they were captured. */
export function capturedCalls(version: string): CapturedCall[] {
  const decoded = lines(`open-im-sdk-${version}.decoded.txt`)
  return lines(`open-im-sdk-${version}.calls.txt`).map((line, index) => {
    const [name, data] = halves(line)
    const [sameName, result] = halves(decoded[index] ?? '')
    if (name !== sameName) throw new Error(`${name} and ${sameName} do not stand in the same line`)
    return { name, data: data === '(empty string)' ? '' : data, decoded: result }
  })
}

/** Whole frames of a client. */
export function capturedFrames(version: string): string[] {
  return lines(`open-im-sdk-${version}.frames.jsonl`)
}

function lines(file: string): string[] {
  return readFileSync(new URL(`captured/${file}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
}

function halves(line: string): readonly [string, string] {
  const at = line.indexOf(separator)
  return [line.slice(0, at), line.slice(at + separator.length)]
}
