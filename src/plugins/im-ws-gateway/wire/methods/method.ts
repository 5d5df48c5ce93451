import type { OperationName, Results } from '../../operations/index.ts'
import type { Dialect } from '../frame.ts'
import type { ResultKind, resultKinds } from '../results.ts'
import type { Adapter } from './adapters.ts'
import { asObject, parseItem, parseList, type Item } from './notation.ts'

/** What the gateway answers itself. */
export type SessionName = 'login' | 'logout' | 'status' | 'user' | 'nothing'

/** A method as clients know it. */
export interface Method {
  readonly name: string
  /** Whose clients have it. The others are answered as well. */
  readonly knownTo: readonly Dialect[]
  readonly does: OperationName | SessionName | 'notSupported'
  /** The `data` of a frame of 2.x; missing: there are no arguments. */
  readonly data: Item | undefined
  /** The list in the `data` of a frame of 3.x. */
  readonly list: readonly Item[]
  readonly gives: ResultKind
  readonly adapters: readonly Adapter[]
}

/** Which clients know a name. */
export const known = {
  all: ['2.0', '2.3', '3'],
  older: ['2.0', '2.3'],
  /** 2.3 has it, 2.0 does not. */
  later: ['2.3', '3'],
  only23: ['2.3'],
  only3: ['3'],
  /** Declared by clients, or a name of their servers, and sent by none. */
  nobody: []
} as const satisfies Record<string, readonly Dialect[]>

type Known = keyof typeof known

/** The result kinds that can show what an operation resolves to. */
type KindsFor<Name extends OperationName> = {
  [Kind in ResultKind]: Results[Name] extends Parameters<(typeof resultKinds)[Kind]>[0]
    ? Kind
    : Parameters<(typeof resultKinds)[Kind]> extends []
      ? Kind
      : never
}[ResultKind]

type OperationRow = {
  [Name in OperationName]: readonly [
    name: string,
    knownTo: Known,
    does: Name,
    data: string | null,
    list: string | null,
    gives?: KindsFor<Name>,
    ...adapters: Adapter[]
  ]
}[OperationName]

/**
 * A line of a table: name, who knows it, what it does, its arguments in 2.x and in 3.x (see `notation.ts`; `null`: the
 * method is unknown there, and its arguments are those of the other column under the same names), the kind of its
 * result, and what else has to be done to its arguments, in that order.
 */
export type Row =
  | OperationRow
  | readonly [
      name: string,
      knownTo: Known,
      does: SessionName | 'notSupported',
      data?: string | null,
      list?: string | null
    ]

/** The methods that the lines of a table describe. */
export function methodsOf(rows: readonly Row[]): Method[] {
  return rows.map(([name, knownTo, does, data = null, list = null, gives = 'nothing', ...adapters]) => {
    const inData = data === null ? undefined : items(data)
    const inList = list === null ? undefined : parseList(list)
    return {
      name,
      knownTo: known[knownTo],
      does,
      gives,
      adapters,
      data: (inData ?? dataFrom(inList ?? []))[0],
      list: inList ?? inData ?? []
    }
  })
}

function items(data: string): readonly Item[] {
  return data === '' ? [] : [parseItem(data)]
}

function dataFrom(list: readonly Item[]): readonly Item[] {
  return list.length < 2 ? list : [asObject(list)]
}
