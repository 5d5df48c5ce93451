import { Ajv, type ValidateFunction } from 'ajv'
import { parse } from 'secure-json-parse'
import { Upload } from './fields.ts'
import { readSignedText, type Segments } from './signed-text.ts'
import { textFaults } from './text-faults.ts'

// The first fault only: to look for all of them in a list made up of faults would take long.
const compile = (): ValidateFunction => new Ajv().compile(Upload)
let compiled: ValidateFunction | undefined

/** What is wrong with one place of a signed text. `path` is a JSON pointer into its upload. */
export interface SegmentFault {
  readonly path: string
  readonly code: string
}

/** The four segments of a signed text. */
export interface Inspection {
  /** Those that were found first. None: the segments are as Customs 179 wants them. */
  readonly faults: SegmentFault[]
  /** serviceTime in milliseconds since the epoch, where it is one. */
  readonly at: number | undefined
}

/** Looks at the segments of a signed text; `undefined` when it does not have the four of Customs 179. */
export function inspect(str: string): Inspection | undefined {
  const segments = readSignedText(str)
  if (!segments) return undefined
  const at = /^\d{13}$/.test(segments.serviceTime) ? Number(segments.serviceTime) : undefined
  return { faults: faultsOf(segments), at }
}

function faultsOf({ sessionID, head, lists, serviceTime }: Segments): SegmentFault[] {
  const [payExchangeInfoHead, payExchangeInfoLists] = [parseJson(head), parseJson(lists)]
  const unreadable = { payExchangeInfoHead, payExchangeInfoLists }
  const broken = Object.entries(unreadable).filter(([, value]) => value === undefined)
  if (broken.length > 0) return broken.map(([name]) => ({ path: `/${name}`, code: 'json' }))
  const fits = (compiled ??= compile())
  if (!fits({ sessionID, payExchangeInfoHead, payExchangeInfoLists, serviceTime }))
    return (fits.errors ?? []).map(({ instancePath, keyword, params }) => {
      const missing: unknown = params['missingProperty']
      return {
        path: typeof missing === 'string' ? `${instancePath}/${missing}` : instancePath,
        code: keyword
      }
    })
  return textFaults({ head, lists }).map(({ path, code }) => ({ path, code }))
}

function parseJson(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}
