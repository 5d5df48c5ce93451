import type { InjectOptions } from 'fastify'
import { definePlugin, optional } from '../../../../src/core/index.ts'
import apiError from '../../../../src/plugins/api-error/index.ts'
import { ApiErrors } from '../../../../src/plugins/api-error/service.ts'
import type { BackOffice } from '../../../../src/plugins/im-ws-gateway/embedded/contracts.ts'
import type { Group, User } from '../../../../src/plugins/im-ws-gateway/model.ts'
import { RestErrors } from '../../../../src/plugins/im-ws-gateway/rest/errors.ts'
import type { ImRoutesParts } from '../../../../src/plugins/im-ws-gateway/rest/parts.ts'
import { addImRoutes } from '../../../../src/plugins/im-ws-gateway/rest/routes.ts'
import { testPlugin, type TestGateway } from '../../../../src/testing/index.ts'

export const adminSecret = 'the secret of back ends'

type Call = readonly [name: string, ...args: unknown[]]

/** A chat that knows its users, and notes what else it is asked to do. */
export class FakeBackOffice implements BackOffice {
  readonly users = new Map<string, User>()
  readonly calls: Call[] = []
  /** Thrown by whatever is called next. */
  failure: Error | undefined

  async registerUser({ userID, ...given }: Parameters<BackOffice['registerUser']>[0]) {
    this.#note('registerUser', { userID, ...given })
    const before = this.users.get(userID)
    this.users.set(userID, { ...(before ?? blank), ...given, userID })
    return { created: !before }
  }

  async hasUser(userID: string): Promise<boolean> {
    return this.users.has(userID)
  }

  async user(userID: string): Promise<User | undefined> {
    return this.users.get(userID)
  }

  async importFriends(...args: Parameters<BackOffice['importFriends']>): Promise<void> {
    this.#note('importFriends', ...args)
  }

  async importGroup(given: Parameters<BackOffice['importGroup']>[0]): Promise<Group> {
    this.#note('importGroup', given)
    const { groupID = 'made-up', groupName, ownerUserID, memberUserIDs } = given
    return { ...blankGroup, groupID, groupName, ownerUserID, memberCount: memberUserIDs.length + 1 }
  }

  async send(message: Parameters<BackOffice['send']>[0]) {
    this.#note('send', message)
    const to = message.recvIDs ?? ['']
    return to.map((recvID, index) => ({ clientMsgID: `c${index}`, serverMsgID: `s${index}`, recvID }))
  }

  #note(...call: Call): void {
    if (this.failure) throw this.failure
    this.calls.push(call)
  }
}

const blank: Omit<User, 'userID'> = {
  nickname: '',
  faceURL: '',
  createTime: 1_767_225_600_000,
  ex: '',
  globalRecvMsgOpt: 0,
  gender: 0,
  phoneNumber: '',
  birth: 0,
  email: ''
}
const blankGroup: Omit<Group, 'groupID' | 'groupName' | 'ownerUserID' | 'memberCount'> = {
  notification: '',
  notificationUpdateTime: 0,
  notificationUserID: '',
  introduction: '',
  faceURL: '',
  createTime: 1_767_225_600_000,
  status: 0,
  creatorUserID: '',
  groupType: 2,
  ex: '',
  needVerification: 0,
  lookMemberInfo: 0,
  applyMemberFriend: 0
}

export interface RestRig extends AsyncDisposable {
  readonly app: TestGateway<unknown>
  readonly backOffice: FakeBackOffice
  readonly logouts: unknown[]
  readonly logs: string[]
  /** With the secret, unless `headers` says something else. */
  post(path: string, body: unknown, headers?: InjectOptions['headers']): Promise<Reply>
  get(path: string): Promise<Reply>
}

export interface Reply {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Readonly<Record<string, unknown>>
}

export async function startRest(
  given: Partial<ImRoutesParts> & { readonly withoutApiError?: boolean } = {}
): Promise<RestRig> {
  const { withoutApiError = false, ...parts } = given
  const backOffice = new FakeBackOffice()
  const logouts: unknown[] = []
  const logs: string[] = []
  const plugin = definePlugin({
    name: 'im-rest',
    description: 'The routes alone.',
    needs: { errors: optional(ApiErrors) },
    setup(app, { errors }) {
      errors?.define('im-rest', RestErrors)
      addImRoutes(app, {
        settings: { adminSecret, maxGroupMembers: 3 },
        issuer: {
          issue: async (userID, platformID) => ({
            token: `token of ${userID} on ${platformID}`,
            expireTimeSeconds: 60
          })
        },
        backOffice,
        forceLogout: async (...args) => logouts.push(args) + 1,
        errors,
        ...parts
      })
    }
  })
  const app = await testPlugin(plugin, {
    with: withoutApiError ? [] : [[apiError, { debug: false }]],
    server: { logLevel: 'trace' },
    logDestination: { write: line => void logs.push(line) }
  })
  const reply = async (options: InjectOptions): Promise<Reply> => {
    const { statusCode: status, body, headers } = await app.inject(options)
    return { status, body: (body ? JSON.parse(body) : {}) as Record<string, unknown>, headers }
  }
  const authorization = `Bearer ${adminSecret}`
  return {
    app,
    backOffice,
    logouts,
    logs,
    post: (url, payload, headers = {}) =>
      reply({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json', authorization, ...headers },
        payload: typeof payload === 'string' ? payload : JSON.stringify(payload)
      }),
    get: url => reply({ url, headers: { authorization } }),
    [Symbol.asyncDispose]: () => app.close()
  }
}
