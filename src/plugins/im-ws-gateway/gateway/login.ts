import type { Clock } from '../../../core/index.ts'
import { ImError } from '../codes.ts'
import type { Tokens } from '../tokens/tokens.ts'
import type { CoreEvent } from '../user-core.ts'
import type { SessionCall } from '../wire/index.ts'
import type { LoginNews } from '../kicks/login-news.ts'
import type { Connection } from './connection.ts'
import type { Sessions } from './sessions.ts'

/** What a login needs. */
export interface LoginParts {
  readonly clock: Clock
  readonly tokens: Tokens
  readonly sessions: Sessions<Connection>
  /** Connections whose token is being checked. */
  readonly checking: Set<Connection>
  /** What other nodes are told; missing: there are none, or no login ends another one. */
  readonly news: Pick<LoginNews<Connection>, 'begin' | 'announce'> | undefined
}

/**
 * Logs a connection in (specification §2.1): its token is checked and must be of the user and the platform that the
 * address named, the core is told of it, and the policy ends other connections, on this node at once and on others soon.
 * @returns what the connection missed
 * @throws {ImError} why it may not
 */
export async function logIn(
  connection: Connection,
  call: Extract<SessionCall, { session: 'login' }>,
  { clock, tokens, sessions, checking, news }: LoginParts
): Promise<readonly CoreEvent[]> {
  const { refusal } = connection.hello
  if (refusal) throw refusal
  if (call.userID !== connection.userID) throw new ImError('userDiffers')
  checking.add(connection)
  const facts = await tokens.check(call.token).finally(() => checking.delete(connection))
  if (!connection.isOpen) throw new ImError('tokenKicked')
  if (facts.userID !== connection.userID) throw new ImError('userDiffers')
  if (facts.platformID !== 0 && facts.platformID !== connection.platformID)
    throw new ImError('platformDiffers')
  if (facts.expiresAt <= clock.now()) throw new ImError('tokenExpired')
  connection.token = call.token
  connection.facts = facts
  const session = sessions.admit(connection)
  connection.session = session
  news?.begin(connection)
  connection.outbox.hold()
  const missed = await session.attach(connection)
  sessions.prevail(connection)
  news?.announce(connection)
  return missed
}
