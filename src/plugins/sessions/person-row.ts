import type { LoginParts } from './login-parts.ts'
import { signed, type Unsigned } from './row-mac.ts'
import { sealProfile } from './sealed-rows.ts'
import type { Person } from './service.ts'
import type { IdentityRow } from './tables.ts'

type Parts = Pick<LoginParts, 'keys' | 'settings' | 'clock'>

/** The row of a person whom the provider has just confirmed. `before` has the columns that it says nothing about. */
export function confirmedRow(
  { keys, settings, clock }: Parts,
  before: Omit<Unsigned<IdentityRow>, 'profile' | 'clearProfile' | 'checkedAt'>,
  { username, who, dataKey }: { readonly username: string; readonly who: Person; readonly dataKey: Buffer }
): IdentityRow {
  const { name, schoolnum, properties = {} } = who
  const profile = { username, name, schoolnum, properties }
  return signed<IdentityRow>(keys.mac, {
    ...before,
    profile: sealProfile(dataKey, before.identity, profile),
    clearProfile: settings.clearProfiles ? JSON.stringify(profile) : '',
    checkedAt: clock.now()
  })
}

/** The row of a person whose password the provider has refused: it is asked again before it is taken. */
export function refusedRow({ keys }: Pick<LoginParts, 'keys'>, before: IdentityRow): IdentityRow {
  return signed<IdentityRow>(keys.mac, { ...before, checkedAt: 0 })
}
