import * as fc from 'fast-check'
import type { settings } from '../raw-chat.ts'

/** Something that somebody does. Numbers choose among what there is at that moment. */
export interface Step {
  readonly kind: 'say' | 'read' | 'revoke' | 'reconnect' | 'invite' | 'kick' | keyof typeof settings
  readonly user: number
  readonly device: number
  /** 0: in the group; others: to one of the other users. */
  readonly place: number
  /** Which of his messages, from the newest on. */
  readonly which: number
  /** Whether it is done before the steps before it are answered. */
  readonly atOnce: boolean
}

export const people = 5

const weights: Readonly<Record<Step['kind'], number>> = {
  say: 14,
  read: 6,
  revoke: 4,
  reconnect: 3,
  pin: 1,
  unpin: 1,
  mute: 1,
  unmute: 1,
  clear: 2,
  remove: 2,
  invite: 1,
  kick: 1
}
const kinds = Object.entries(weights).map(([kind, weight]) => ({
  weight,
  arbitrary: fc.constant(kind as Step['kind'])
}))

const step = fc.record<Step>({
  kind: fc.oneof(...kinds),
  user: fc.nat(people - 1),
  device: fc.nat(1),
  place: fc.nat(people - 1),
  which: fc.nat(3),
  atOnce: fc.boolean()
})

/** How many devices each of the users has, and of which kind; and what they do. */
export const scripts = fc.record({
  devices: fc.array(fc.array(fc.constantFrom('2.3' as const, '3' as const), { minLength: 1, maxLength: 2 }), {
    minLength: people,
    maxLength: people
  }),
  steps: fc.array(step, { minLength: 5, maxLength: 50 })
})

export type Script = typeof scripts extends fc.Arbitrary<infer T> ? T : never
