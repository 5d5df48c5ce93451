import type { Arguments, OperationName } from '../operations/index.ts'

/** What the gateway answers itself. */
export type SessionCall =
  | { readonly session: 'login'; readonly userID: string; readonly token: string }
  | { readonly session: 'logout' | 'status' | 'user' | 'nothing' }

/** What a user's core answers. */
export interface CoreCall {
  readonly operation: OperationName
  /** Fit the schema of the operation. */
  readonly args: Arguments[OperationName]
  /** What the client gets as `data` for a result of the operation. */
  readonly encode: (result: unknown) => string
}
