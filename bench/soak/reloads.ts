import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from './fault.ts'
import type { Field } from './load.ts'
import type { Program } from './program.ts'

let changes = 0
/** A start, and the time that closing may take. */
const reloadMs = 40_000

/** The configuration is read again, by a signal as it is, and by a request with changes. Nothing may fail. */
export const reloads: readonly Fault[] = [
  {
    name: 'SIGHUP',
    explains: {},
    strike: async ({ program, field }) => {
      const ended = endOfReload(program, field)
      process.kill(program.pid, 'SIGHUP')
      return () => ended
    }
  },
  {
    name: 'POST /reload',
    explains: {},
    strike: async ({ program, field }) => {
      field.project.change(++changes)
      const ended = endOfReload(program, field)
      const began = field.ledger.now()
      const response = await fetch(`${program.adminUrl()}/reload`, { method: 'POST' })
      if (response.ok) field.ledger.did('reload')
      else field.ledger.failed('reload', `HTTP ${response.status}`, began, await response.text())
      return () => ended
    }
  }
]

/** Resolves when the log has said that what a reload replaced has ended; notes when it does not in time. */
async function endOfReload(program: Program, { ledger }: Field): Promise<void> {
  const began = ledger.now()
  const fault = await Promise.race([
    program.says('what was replaced has ended'),
    program.says('could not reload').then(() => 'refused'),
    sleep(reloadMs).then(() => 'what was replaced has not ended')
  ])
  if (fault !== undefined) ledger.failed('reload', fault, began)
}
