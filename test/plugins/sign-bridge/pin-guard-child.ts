import { writeSync } from 'node:fs'
import { systemClock } from '../../../src/core/index.ts'
import { SqliteDatabase } from '../../../src/plugins/database/sqlite-database.ts'
import { openRows } from '../../../src/plugins/sign-bridge/pin-guard-rows.ts'
import { PinGuard } from '../../../src/plugins/sign-bridge/pin-guard.ts'
import { keyedDigest } from '../../../src/plugins/sign-bridge/secret.ts'

/**
 * A process that sends one wrong PIN after the other, each to a card of its own, with its guard in the file given as
 * its argument. It prints `sent` when a frame would leave, and `noted` when the refusal is stored.
 */
const [file = '', secret = ''] = process.argv.slice(2)
const rows = await openRows(await SqliteDatabase.connect(file, 10_000))
const limits = { clock: systemClock, tell: () => {}, unclearPinLimit: 2, attemptMs: 0 }
const guard = new PinGuard({ ...limits, rows, digest: keyedDigest(secret) }, () => [])
const pin = guard.keyOf('12345678')
for (let card = 0; ; card++) {
  const device = { name: '', address: `card-${card}`, cardNo: undefined, quarantine() {}, release() {} }
  const attempt = await guard.admit(device, pin)
  if (typeof attempt === 'string') throw new Error(attempt)
  writeSync(1, `sent ${card}\n`)
  await attempt.settle('refused')
  writeSync(1, `noted ${card}\n`)
}
