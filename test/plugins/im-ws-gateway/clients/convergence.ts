import * as fc from 'fast-check'

/** Something that somebody does. Numbers choose among what there is at that moment. */
export interface Step {
  readonly kind: 'say' | 'read' | 'revoke' | 'reconnect'
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

const kind = fc.oneof(
  { weight: 6, arbitrary: fc.constant('say' as const) },
  { weight: 3, arbitrary: fc.constant('read' as const) },
  { weight: 2, arbitrary: fc.constant('revoke' as const) },
  { weight: 1, arbitrary: fc.constant('reconnect' as const) }
)

const step = fc.record<Step>({
  kind,
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
  steps: fc.array(step, { minLength: 5, maxLength: 40 })
})

export type Script = typeof scripts extends fc.Arbitrary<infer T> ? T : never
