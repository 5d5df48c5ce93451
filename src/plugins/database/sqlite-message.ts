import type { bindable } from './values.ts'

/** What a file is opened with. */
export interface FileSettings {
  /** An absolute path, or `:memory:`. */
  readonly file: string
  readonly busyTimeoutMs: number
}

/** What the thread of a file is started with. */
export interface ThreadSettings extends FileSettings {
  /** One number: 0 when the thread is idle, 1 while it works, 2 when it shall do nothing more. */
  readonly gate: Int32Array
}

/** What a thread is asked to do. It does one thing after the other, and answers each in turn. */
export type Request = Query | Script | { readonly do: 'rollback' } | { readonly do: 'close' }

/** One statement. */
export interface Query {
  readonly do: 'query'
  /** `reader` sees what is committed, whatever `writer` is doing. */
  readonly on: 'writer' | 'reader'
  readonly sql: string
  readonly parameters: readonly ReturnType<typeof bindable>[]
  readonly lock?: WriteLock
}

/**
 * `begin`: takes the write lock, which begins a transaction. `held`: only within that transaction. `statement`: a
 * transaction of this one statement. Whoever takes the lock never waits for it: the query fails as busy.
 */
export type WriteLock = 'begin' | 'held' | 'statement'

/** Statements without rows or parameters, for the writer. */
export interface Script {
  readonly do: 'script'
  readonly sql: string
}

export interface Result {
  /** Bytes are `ArrayBuffer`s. */
  readonly rows: Record<string, unknown>[]
  readonly changes?: number
  readonly lastInsertRowid?: number | bigint
}

/** An error as it crosses threads, which would leave its codes behind. */
export interface Failure {
  readonly name: string
  readonly message: string
  /** `SQLITE_BUSY` and the like; missing when it is not an error of SQLite. */
  readonly code?: string
  /** SQLite's extended result code. */
  readonly rawCode?: number
}

export type Answer = Result | { readonly failure: Failure }
