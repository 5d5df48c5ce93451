import { Type, type Static } from 'typebox'

const ms = (description: string, byDefault: number, minimum: number, maximum: number) =>
  Type.Integer({ default: byDefault, minimum, maximum, description })

/** Settings of customs179. */
export const Config = Type.Object({
  budgetMs: ms(
    'How old serviceTime may be when its signature is returned. Customs waits for the upload for 120 s in all.',
    110_000,
    1_000,
    120_000
  ),
  signingMs: ms(
    'What a signature takes: a serviceTime that leaves less of the budget is refused at once.',
    3_000,
    0,
    60_000
  ),
  aheadMs: ms('How far serviceTime may be ahead of the clock of this machine.', 5_000, 0, 60_000)
})

export type Config = Static<typeof Config>
