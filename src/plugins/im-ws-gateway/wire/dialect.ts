import type { Dialect, Frame } from './frame.ts'

/** Clients of 2.x differ from those of 3.x in every shape, and little from each other. */
export type Generation = 'v2' | 'v3'

export function generationOf(dialect: Dialect | undefined): Generation {
  return dialect === '3' ? 'v3' : 'v2'
}

/**
 * What a client speaks (specification §0.4), by its Login. For any other frame it is a guess, good enough to answer that
 * a login has to come first: ask again with the Login.
 * @param hasOperationID whether the query of the upgrade has an `operationID`, as that of 3.x clients does
 */
export function dialectOf(hasOperationID: boolean, { data, batchMsg }: Frame): Dialect {
  if (hasOperationID || data.trimStart().startsWith('[')) return '3'
  return batchMsg === undefined ? '2.0' : '2.3'
}
