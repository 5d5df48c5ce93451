import { Wheel, type Clock } from '../../../../src/core/index.ts'
import type { Connection } from '../../../../src/plugins/im-ws-gateway/gateway/connection.ts'
import { Counters } from '../../../../src/plugins/im-ws-gateway/gateway/counters.ts'
import { logIn } from '../../../../src/plugins/im-ws-gateway/gateway/login.ts'
import type { Instance, Verdict } from '../../../../src/plugins/im-ws-gateway/gateway/policy.ts'
import type { Member, Session } from '../../../../src/plugins/im-ws-gateway/gateway/session.ts'
import { Sessions } from '../../../../src/plugins/im-ws-gateway/gateway/sessions.ts'
import { LoginNews } from '../../../../src/plugins/im-ws-gateway/kicks/login-news.ts'
import type { State } from '../../../../src/plugins/state/service.ts'
import type { Operations, UserCore } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import type { FakeTokens } from '../gateway/fake-cores.ts'

export type Policy = 'kick-same-terminal' | 'kick-all-others'

/** A connection without a socket, of the user u1. */
export class FakeMember implements Member {
  readonly userID = 'u1'
  readonly node: string
  readonly platformID: number
  readonly dialect: Instance['dialect']
  token = ''
  loginAt = 0
  mark: number | undefined = undefined
  isOpen = true
  session: Session<Connection> | undefined
  readonly hello = {}
  readonly outbox = { hold: () => undefined }
  /** Lets it into its core. */
  enter: () => void = () => undefined
  entering: Promise<void> = Promise.resolve()
  outcome: 'waits' | 'there' | 'kicked' | 'left' | 'refused' = 'waits'
  wasThere = false

  constructor(
    node: string,
    { platformID, dialect }: Pick<Instance, 'platformID' | 'dialect'>,
    isSlow: boolean
  ) {
    this.node = node
    this.platformID = platformID
    this.dialect = dialect
    if (isSlow) this.entering = new Promise(resolve => (this.enter = resolve))
  }

  take(): void {}

  end(outcome: 'kicked' | 'left'): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.outcome = outcome
    this.session?.leave(this as unknown as Connection, true)
  }
}

/** The logins of one node, without sockets. */
export interface LoginNode {
  logIn(member: FakeMember, token: string): Promise<void>
  close(): Promise<void>
}

export function loginNode(options: {
  readonly policy: Policy
  readonly clock: Clock
  readonly tokens: FakeTokens
  readonly node: string
  readonly state?: State
}): LoginNode {
  const { policy, clock, tokens, node, state } = options
  const kick = ({ connection, kickToken }: Verdict<Connection>): void => {
    const member = connection as unknown as FakeMember
    member.end('kicked')
    if (kickToken) void tokens.kick(member.token)
  }
  const failed = (what: string, error: unknown): never => {
    throw new Error(what, { cause: error })
  }
  const sessions = new Sessions<Connection>({
    settings: { policy, maxConnectionsPerUser: 1_000, graceMs: 0 },
    cores: { open: async userID => coreOf(userID) },
    wheel: new Wheel(clock),
    events: { kick, opened: () => undefined, closed: () => undefined, failed }
  })
  const news =
    state &&
    new LoginNews<Connection>({
      policy,
      state,
      clock,
      log: { warn: () => undefined } as never,
      counters: new Counters(),
      node,
      sessions,
      kick
    })
  void news?.start()
  const parts = { clock, tokens, sessions, checking: new Set<Connection>(), news }
  return {
    async logIn(member, token) {
      try {
        await logIn(member as unknown as Connection, { session: 'login', userID: 'u1', token }, parts)
        if (member.isOpen) member.outcome = 'there'
        member.wasThere = true
      } catch {
        if (member.isOpen) member.outcome = 'refused'
        member.isOpen = false
        member.session?.leave(member as unknown as Connection, true)
      }
    },
    async close() {
      await news?.close()
    }
  }
}

function coreOf(userID: string): UserCore {
  return {
    userID,
    operations: {} as Operations,
    async attach(device) {
      await (device as FakeMember).entering
      return []
    },
    detach: () => undefined,
    close: async () => undefined
  }
}
