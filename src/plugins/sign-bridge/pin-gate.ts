import type { SignJob } from './job.ts'
import type { Admission, Attempt, GuardedDevice, PinGate } from './pin-guard.ts'
import type { PinOutcome } from './pin-verdict.ts'

/** Asks the guard. `undefined`: it cannot tell, so nothing may be sent. */
export async function admit(
  gate: PinGate,
  device: GuardedDevice,
  pinKey = ''
): Promise<Admission | undefined> {
  try {
    return await gate.admit(device, pinKey)
  } catch {
    return undefined
  }
}

/** Tells the guard how an attempt ended, once it has. Never rejects. */
export async function note(
  attempt: Attempt,
  job: Pick<SignJob<unknown>, 'signed' | 'pinOutcome'>
): Promise<void> {
  await job.signed.catch(() => {})
  await settle(attempt, job.pinOutcome)
}

/** Tells the guard how an attempt ended. Never rejects. */
export async function settle(attempt: Attempt, outcome: PinOutcome): Promise<void> {
  try {
    await attempt.settle(outcome)
  } catch {
    // The guard keeps in memory what it could not write, and the next attempt finds the database as it is.
  }
}
