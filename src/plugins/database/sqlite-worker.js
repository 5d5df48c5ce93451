// The program of the thread that owns a file. It is JavaScript because Node 20 starts no thread from TypeScript.
import { parentPort, workerData } from 'node:worker_threads'
import Sqlite from 'libsql'

/** @import { Answer, Failure, Query, Request, Result, ThreadSettings } from './sqlite-message.ts' */

/** How many statements a connection keeps prepared. */
const maxStatements = 200

if (!parentPort) throw new Error('This program runs as a thread')
const port = parentPort
const { file, busyTimeoutMs, gate } = /** @type {ThreadSettings} */ (workerData)

class Connection {
  /** @type {Map<string, Sqlite.Statement>} The one used last is at the end. */
  #statements = new Map()
  #sqlite = new Sqlite(file)

  get inTransaction() {
    return this.#sqlite.inTransaction
  }

  /** @param {string} sql */
  exec(sql) {
    this.#sqlite.exec(sql)
  }

  /**
   * Rows are always read to the end: a statement that is left halfway holds a snapshot until it is
   * garbage-collected.
   * @param {string} sql
   * @param {Query['parameters']} parameters
   * @returns {Result}
   */
  run(sql, parameters) {
    const statement = this.#prepared(sql)
    if (statement.reader) return { rows: /** @type {Result['rows']} */ (statement.all(parameters)) }
    const { changes, lastInsertRowid } = statement.run(parameters)
    return { rows: [], changes, lastInsertRowid }
  }

  /** @param {string} sql */
  #prepared(sql) {
    const statement = this.#statements.get(sql) ?? this.#sqlite.prepare(sql)
    this.#statements.delete(sql)
    this.#statements.set(sql, statement)
    for (const oldest of this.#statements.keys()) {
      if (this.#statements.size <= maxStatements) break
      this.#statements.delete(oldest)
    }
    return statement
  }
}

/** @type {{ writer?: Connection, reader?: Connection }} */
const connections = {}

function writer() {
  return (connections.writer ??= new Connection())
}

function reader() {
  if (connections.reader) return connections.reader
  const connection = new Connection()
  connection.exec(`pragma query_only = on; pragma busy_timeout = ${busyTimeoutMs}`)
  return (connections.reader = connection)
}

/** What the writer's busy timeout is now: to set it costs more than to begin a transaction. */
let writerTimeoutMs = -1

/** @param {number} timeoutMs how long the writer waits for a lock of the file by itself */
function waitAtMost(timeoutMs) {
  if (writerTimeoutMs === timeoutMs) return
  writer().exec(`pragma busy_timeout = ${timeoutMs}`)
  writerTimeoutMs = timeoutMs
}

/**
 * The lock is taken by `exec`. A prepared statement that waits for it in vain would count as a write in progress until
 * it is garbage-collected, and until then SQLite would commit nothing that comes after it. The waiting is left to the
 * main thread, so that reads go on. Whoever has the lock waits for nobody.
 */
function takeWriteLock() {
  waitAtMost(0)
  writer().exec('begin immediate')
}

/** @param {Query} query */
function query({ on, sql, parameters, lock }) {
  const connection = on === 'reader' ? reader() : writer()
  if (lock === 'held' && !connection.inTransaction)
    throw new Error('SQLite has rolled the transaction back, so nothing more can run in it')
  if (lock === 'begin' || lock === 'statement') takeWriteLock()
  else if (lock === undefined && on === 'writer') waitAtMost(busyTimeoutMs)
  if (lock !== 'statement') return connection.run(sql, parameters)
  try {
    const result = connection.run(sql, parameters)
    connection.exec('commit')
    return result
  } catch (error) {
    rollback()
    throw error
  }
}

/** SQLite ends a transaction itself after some errors: a second rollback would hide the first failure. */
function rollback() {
  if (connections.writer?.inTransaction) connections.writer.exec('rollback')
}

/**
 * @param {Request} request
 * @returns {Result}
 */
function perform(request) {
  if (request.do === 'query') return query(request)
  if (request.do === 'script') {
    if (!writer().inTransaction) waitAtMost(busyTimeoutMs)
    writer().exec(request.sql)
  } else rollback()
  return { rows: [] }
}

/**
 * @param {unknown} error
 * @returns {Failure}
 */
function failureOf(error) {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message } = error
  if (!(error instanceof Sqlite.SqliteError)) return { name, message }
  const { code, rawCode } = error
  return { name, message, code, ...(rawCode !== undefined && { rawCode }) }
}

/**
 * @param {Request} request
 * @returns {Answer}
 */
function answer(request) {
  try {
    return perform(request)
  } catch (error) {
    return { failure: failureOf(error) }
  }
}

// Unanswered, a request that cannot be read would shift all answers.
port.on('messageerror', error => {
  throw error
})
port.on('message', (/** @type {Request} */ request) => {
  if (Atomics.compareExchange(gate, 0, 0, 1) === 2) return
  const reply = answer(request)
  Atomics.store(gate, 0, 0)
  Atomics.notify(gate, 0)
  port.postMessage(reply)
  // The end of the thread finalizes all statements, so SQLite closes the file: the last connection to it takes the
  // log into it and removes the log. To close a connection would wait for the garbage collection of its statements.
  if (request.do === 'close') port.close()
})
