import type { ImSettings } from '../config.ts'
import type { Dialect } from '../wire/index.ts'

/** What a policy looks at in a connection, here or on another node. */
export interface Terminal {
  readonly platformID: number
  readonly dialect: Dialect
}

/** The same with the token, for a connection of this node that is logging in or logged in. */
export interface Instance extends Terminal {
  readonly token: string
}

/** What a login does to another connection of the user. */
export interface Verdict<Connection> {
  readonly connection: Connection
  /** Whether its token is refused from now on, so that it does not come back and kick in turn. */
  readonly kickToken: boolean
}

/** Kinds of terminals of 3.x (specification §5.1), by platform id. Platforms that are not here are a kind by themselves. */
const terminals: Readonly<Record<number, string>> = {
  1: 'mobile',
  2: 'mobile',
  3: 'pc',
  4: 'pc',
  7: 'pc',
  8: 'pad',
  9: 'pad'
}

/** The kind of terminal that a platform belongs to. */
export function terminalOf(platformID: number): string {
  return terminals[platformID] ?? String(platformID)
}

/**
 * Whether a connection of a user has to go when he logs in once more (specification §2.5). Clients of 2.x come back
 * whatever they are told, with the token that they have, so it is refused. With the same token, which cannot be
 * refused, they share; only where both are of 3.x, which does not come back from a kick, the older one goes.
 * @returns `undefined`: it stays
 */
export function verdictOn(
  policy: ImSettings['policy'],
  newcomer: Terminal,
  older: Terminal,
  haveSameToken: () => boolean
): Pick<Verdict<never>, 'kickToken'> | undefined {
  if (policy === 'share') return undefined
  if (policy === 'kick-same-terminal' && terminalOf(older.platformID) !== terminalOf(newcomer.platformID))
    return undefined
  if (!haveSameToken()) return { kickToken: true }
  return older.dialect === '3' && newcomer.dialect === '3' ? { kickToken: false } : undefined
}

/** Which connections of this node have to go when a user logs in once more. */
export function kickedBy<Connection extends Instance>(
  policy: ImSettings['policy'],
  newcomer: Instance,
  others: Iterable<Connection>
): Verdict<Connection>[] {
  const verdicts: Verdict<Connection>[] = []
  for (const connection of others) {
    const verdict = verdictOn(policy, newcomer, connection, () => connection.token === newcomer.token)
    if (verdict) verdicts.push({ connection, ...verdict })
  }
  return verdicts
}
