import type { Clock } from '../../../../core/index.ts'
import type { ImSettings } from '../../config.ts'
import type { Chat, Delivery, People } from '../contracts.ts'
import type { GroupStore } from './store.ts'
import type { Turns } from './turns.ts'

/** What all operations on groups work with. */
export interface GroupContext {
  readonly store: GroupStore
  /** Changes of one group, by its id: each sees the end of the one before, and so do those who are told. */
  readonly turns: Turns
  readonly delivery: Delivery
  readonly people: () => People
  readonly chat: () => Chat
  readonly clock: Clock
  readonly settings: Pick<ImSettings, 'maxGroupMembers'>
  readonly randomBytes: (size: number) => Uint8Array
}
