import { Type, type Static } from 'typebox'

const Start = Type.String({
  maxLength: 32,
  description: 'Its first day, a Monday: `2026-8-31` or `2026-08-31`.'
})

const TermWithWeeks = Type.Object({
  start: Start,
  weeks: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 60,
      description: 'How many weeks it lasts. Default: as by its name.'
    })
  )
})

/** Settings of term. */
export const Config = Type.Object({
  terms: Type.Record(Type.String(), Type.Union([Start, TermWithWeeks]), {
    default: {},
    maxProperties: 1_000,
    description:
      'First days of terms by their names, such as `2026-2027-2: 2026-9-21`, or `{ start, weeks }`. A term whose name ends with `-1` lasts 4 weeks, any other 18.'
  }),
  timezone: Type.String({
    default: 'Asia/Shanghai',
    maxLength: 64,
    description: 'Time zone whose midnights begin and end the terms, by its IANA name.'
  })
})

export type TermSettings = Static<typeof Config>
