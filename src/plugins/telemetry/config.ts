import { Type, type Static } from 'typebox'

/** Settings of telemetry. Where and how traces go is in the standard variables of OpenTelemetry. */
export const Config = Type.Object({
  continueTraces: Type.Boolean({
    default: true,
    description:
      'Goes on with the traces that callers name in `traceparent`, and lets them decide what is sampled. False: every request begins its own.'
  }),
  flushMs: Type.Integer({
    default: 3_000,
    minimum: 0,
    maximum: 60_000,
    description: 'How long a close waits for the last spans to be sent, at most, in milliseconds.'
  })
})

export type TelemetrySettings = Static<typeof Config>
