import { randomBytes as systemRandomBytes } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../../core/index.ts'
import type { Database } from '../../database/service.ts'
import { ImError } from '../codes.ts'
import type { ImSettings } from '../config.ts'
import type { UserCores } from '../user-core.ts'
import { openChat, type OpenChat } from './chat/open-chat.ts'
import type { BackOffice, Delivery } from './contracts.ts'
import { EmbeddedCore, type CoreLife } from './embedded-core.ts'
import { openGroups, type OpenedGroups } from './groups/open-groups.ts'
import { operationsFrom } from './operations-of.ts'
import { openPeople, type OpenPeople } from './people/people.ts'
import { openSignals, type OpenSignals } from './signals/signals.ts'

/** What the embedded core needs. */
export interface EmbeddedCoresOptions {
  readonly database: Database
  readonly clock: Clock
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'error'>
  readonly settings: ImSettings
  /** For ids and keys. Default: that of the system. */
  readonly randomBytes?: (size: number) => Buffer
}

/** How much there is in memory. */
export interface EmbeddedStatus {
  /** Users with a core. */
  readonly users: number
  /** Conversations of those users. */
  readonly threads: number
  /** Changes that wait for a transaction. */
  readonly waiting: number
}

/** A whole chat back end, in a database. */
export interface EmbeddedCores extends UserCores {
  readonly backOffice: BackOffice
  /** How far events have been handed out. */
  mark(): number
  /** Tells users once more how those are whom they watch. */
  retellPresence(userIDs: ReadonlySet<string>): void
  status(): EmbeddedStatus
}

/**
 * Opens the embedded core. Where an OpenIM server says which tokens are good, users are made when they log in.
 * @throws {Error} when the database cannot be brought up to date
 */
export async function createEmbeddedCores(options: EmbeddedCoresOptions): Promise<EmbeddedCores> {
  const { database, log, settings, randomBytes = systemRandomBytes } = options
  const cores = new Map<string, EmbeddedCore>()
  const delivery = deliveryTo(cores)
  const needs = { ...options, delivery, randomBytes }
  const parts: { chat?: OpenChat; people?: OpenPeople; groups?: OpenedGroups; signals?: OpenSignals } = {}
  const chatPart = (): OpenChat => known(parts.chat)
  const peoplePart = (): OpenPeople => known(parts.people)
  const groupsPart = (): OpenedGroups => known(parts.groups)

  const people = (parts.people = await openPeople({ ...needs, chat: chatPart, groups: groupsPart }))
  const groups = (parts.groups = await openGroups({ ...needs, people: people.people, chat: chatPart }))
  const chat = (parts.chat = await openChat({
    ...needs,
    people: () => peoplePart().people,
    groups: groupsPart
  }))
  const signals = openSignals({ ...needs, people: people.people, groups })
  const part = { ...people.part, ...groups.part, ...signals.part, ...chat.part }
  const operationsFor = operationsFrom(part)

  const life: CoreLife = {
    async attached(core, device, since) {
      people.presence.changed(core.userID)
      const missed = await chat.attach(core.userID, device, since)
      return [...missed, ...signals.pending(core.userID)]
    },
    resumed(core, device, mark) {
      people.presence.changed(core.userID)
      return chat.resume(core.userID, device, mark)
    },
    detached(core, device, since) {
      chat.detach(core.userID, device, since)
      people.presence.changed(core.userID)
    },
    mark: () => chat.mark(),
    closed(core) {
      if (cores.get(core.userID) === core) cores.delete(core.userID)
      chat.leave(core.userID)
      people.presence.ended(core.userID)
      signals.ended(core.userID)
    },
    failed: (_core, error) => log.error({ err: error }, 'an event was not delivered')
  }

  return {
    backOffice: {
      registerUser: people.registerUser,
      hasUser: people.hasUser,
      user: userID => people.people.user(userID),
      importFriends: people.importFriends,
      importGroup: groups.importGroup,
      send: message => chat.send(message)
    },

    async open(userID, deliver) {
      while (cores.get(userID)?.closing) await cores.get(userID)?.closing
      if (cores.has(userID)) throw new Error(`the core of ${userID} is open already`)
      const core = new EmbeddedCore(userID, deliver, life, operationsFor)
      cores.set(userID, core)
      try {
        if (!(await people.people.user(userID))) {
          if (settings.tokenCheck !== 'openim') throw new ImError('userNotFound')
          await people.registerUser({ userID })
        }
        await people.presence.load(userID)
        await chat.enter(userID, core.tell)
        return core
      } catch (error) {
        cores.delete(userID)
        people.presence.ended(userID)
        throw error
      }
    },

    ping: () => database.ping(),

    async close() {
      await Promise.all([...cores.values()].map(core => core.close()))
      signals.close()
      await chat.close()
    },

    mark: () => chat.mark(),
    retellPresence: userIDs => people.presence.retell(userIDs),
    status: () => ({ users: cores.size, ...chat.status() })
  }
}

function known<Value>(part: Value | undefined): Value {
  if (!part) throw new Error('the embedded core is not open yet')
  return part
}

function deliveryTo(cores: ReadonlyMap<string, EmbeddedCore>): Delivery {
  return {
    toUser: (userID, event, options) => cores.get(userID)?.tell(event, options),
    toUsers(userIDs, event, options) {
      for (const userID of userIDs) cores.get(userID)?.tell(event, options)
    },
    platformsOf: userID => [...(cores.get(userID)?.devices ?? [])].map(({ platformID }) => platformID)
  }
}
