import { randomBytes as systemRandomBytes } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../../../core/index.ts'
import type { Database } from '../../../database/service.ts'
import type { ImSettings } from '../../config.ts'
import type { CoreEvent, Deliver, Device } from '../../user-core.ts'
import type { BackOffice, Chat, Delivery, Groups, People } from '../contracts.ts'
import { showAppearance } from './appearances.ts'
import { Burning } from './burning.ts'
import { chatOf, type ChatContext } from './context.ts'
import { conversationPart } from './conversation-part.ts'
import { createPart } from './create-part.ts'
import { listPart } from './list-part.ts'
import { loadUser } from './load-user.ts'
import { changeMembers, mendMembership } from './members.ts'
import { Memory } from './memory.ts'
import { missedBy } from './missed.ts'
import { messagePart } from './message-part.ts'
import { keepNotice } from './notices.ts'
import { sendFromOffice } from './office-send.ts'
import { Platforms } from './platforms.ts'
import { randomPool } from './random-pool.ts'
import { followReceiveOption } from './receive-option.ts'
import { Acknowledged } from './repeats.ts'
import { settingsPart } from './settings-part.ts'
import { openTables, type ChatDb } from './tables.ts'
import { Turns } from './turns.ts'

/** What conversations need. Other parts come as functions, because each needs the others. */
export interface ChatNeeds {
  readonly database: Database
  readonly delivery: Delivery
  readonly people: () => People
  readonly groups: () => Groups
  readonly clock: Clock
  readonly log: Pick<FastifyBaseLogger, 'error'>
  readonly settings: Pick<ImSettings, 'revokeWithinS' | 'historyForNewMembers'>
  readonly randomBytes?: (size: number) => Uint8Array
}

/** Conversations and messages. */
export interface OpenChat extends Chat, Pick<BackOffice, 'send'> {
  readonly part: ReturnType<typeof partOf>
  /** Brings a user's conversations into memory. Events about them go to `deliver` from now on. */
  enter(userID: string, deliver: Deliver): Promise<void>
  /** Forgets them. */
  leave(userID: string): void
  /** As that of `UserCore`. @returns what a device has missed */
  attach(userID: string, device: Device, since?: number): Promise<readonly CoreEvent[]>
  /** As that of `UserCore`. @returns what a device was not told since the mark */
  resume(userID: string, device: Device, mark: number): Promise<readonly CoreEvent[]>
  detach(userID: string, device: Device, since?: number): void
  /** How far events have been handed out. */
  mark(): number
  /** Resolves when everything under way is kept. */
  close(): Promise<void>
  status(): { readonly threads: number; readonly waiting: number }
}

const partOf = (context: ChatContext) => ({
  ...createPart(context),
  ...messagePart(context),
  ...listPart(context),
  ...settingsPart(context),
  ...conversationPart(context)
})

/** Opens the conversations in a database. @throws {Error} when the database cannot be brought up to date */
export async function openChat(needs: ChatNeeds): Promise<OpenChat> {
  const { database, clock, log, randomBytes = systemRandomBytes } = needs
  const db = await openTables(database)
  const memory = new Memory()
  const head = await db
    .selectFrom('im_chat_head')
    .select('position')
    .where('id', '=', 1)
    .executeTakeFirstOrThrow()
  memory.position = head.position
  const onError = (error: unknown): void => log.error({ err: error }, 'something of the chat went wrong')
  const turns = new Turns(db, memory, clock, onError, await latestTime(db, head.position))
  const shared = { db, memory, turns, clock }
  const burning = new Burning(shared, onError)
  const platforms = new Platforms(shared, onError)
  const context: ChatContext = {
    ...needs,
    ...shared,
    randomBytes: randomPool(randomBytes),
    burning,
    acknowledged: new Acknowledged()
  }
  burning.arm()
  return {
    part: partOf(context),
    async enter(userID, deliver) {
      await loadUser(context, userID, deliver)
      await mendMembership(context, userID)
    },
    leave(userID) {
      const user = memory.users.get(userID)
      if (user) memory.remove(user)
    },
    async attach(userID, device, since) {
      const user = chatOf(context, userID)
      const gap = await platforms.attach(user, device, since)
      const read = user.platforms.get(device.platformID)?.read
      return gap ? missedBy(context, user, device, gap, read) : []
    },
    async resume(userID, device, mark) {
      const user = chatOf(context, userID)
      const gap = await platforms.resume(user, device, mark)
      return gap ? missedBy(context, user, device, gap) : []
    },
    detach(userID, device, since) {
      const user = memory.users.get(userID)
      if (user) platforms.detach(user, device, since)
    },
    mark: () => memory.position,
    notice: (notice, options) => keepNotice(context, notice, options),
    membersChanged: (change, options) => changeMembers(context, change, options),
    appearanceChanged: (source, viewers) => showAppearance(context, source, viewers),
    receiveOptionChanged: (userID, options) => followReceiveOption(context, userID, options),
    send: message => sendFromOffice(context, message),
    async close() {
      await burning.close()
      await platforms.close()
      await turns.idle()
    },
    status: () => ({ threads: memory.threads.size, waiting: turns.size })
  }
}

/** When the last message was sent, by the clock of whoever kept it. */
async function latestTime(db: ChatDb, position: number): Promise<number> {
  const last = await db
    .selectFrom('im_chat_messages')
    .select('sendTime')
    .where('position', '<=', position)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last?.sendTime ?? 0
}
