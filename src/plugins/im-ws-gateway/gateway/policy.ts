import type { ImSettings } from '../config.ts'
import type { Dialect } from '../wire/index.ts'

/** What a policy looks at in a connection that is logging in or logged in. */
export interface Instance {
  readonly platformID: number
  readonly dialect: Dialect
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
 * Which connections of a user have to go when he logs in once more (specification §2.5). Clients of 2.x come back
 * whatever they are told, with the token that they have, so it is refused. With the same token, which cannot be
 * refused, they share; only where both are of 3.x, which does not come back from a kick, the older one goes.
 */
export function kickedBy<Connection extends Instance>(
  policy: ImSettings['policy'],
  newcomer: Instance,
  others: Iterable<Connection>
): Verdict<Connection>[] {
  if (policy === 'share') return []
  const verdicts: Verdict<Connection>[] = []
  for (const connection of others) {
    if (
      policy === 'kick-same-terminal' &&
      terminalOf(connection.platformID) !== terminalOf(newcomer.platformID)
    )
      continue
    if (connection.token !== newcomer.token) verdicts.push({ connection, kickToken: true })
    else if (connection.dialect === '3' && newcomer.dialect === '3')
      verdicts.push({ connection, kickToken: false })
  }
  return verdicts
}
