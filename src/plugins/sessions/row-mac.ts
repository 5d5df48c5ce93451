import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IdentityRow, SessionRow } from './tables.ts'

/** A row was changed by somebody who does not have the keys of the gateway. */
export class DamagedRowError extends Error {
  readonly code = 'ROW_DAMAGED'

  constructor(row: string) {
    super(`The row of ${row} in the database is not as the gateway wrote it`)
    this.name = 'DamagedRowError'
  }
}

/** A row that has not been authenticated yet. */
export type Unsigned<Row> = Omit<Row, 'mac'>

/** Authenticates all columns of a row (HMAC-SHA-256). The order in which they are named does not matter. */
export function signed<Row extends IdentityRow | SessionRow>(key: Buffer, row: Unsigned<Row>): Row {
  return { ...row, mac: macOf(key, row) } as unknown as Row
}

/** @throws {DamagedRowError} when the row is not what {@link signed} made */
export function assertSigned<Row extends IdentityRow | SessionRow>(key: Buffer, row: Row): Row {
  const { mac, ...rest } = row
  const [given, own] = [Buffer.from(mac), Buffer.from(macOf(key, rest))]
  if (given.length !== own.length || !timingSafeEqual(given, own))
    throw new DamagedRowError('tid' in row ? `session ${row.tid}` : `person ${row.identity}`)
  return row
}

function macOf(key: Buffer, row: object): string {
  const columns = Object.entries(row)
    .filter(([name]) => name !== 'mac')
    .map(([name, value]) => [name, String(value)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return createHmac('sha256', key).update(JSON.stringify(columns)).digest('base64url')
}
