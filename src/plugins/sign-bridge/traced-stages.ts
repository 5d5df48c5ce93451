import type { Telemetry } from '../telemetry/service.ts'
import { passageOf } from './passage.ts'
import type { DeviceStage, Stage } from './stage.ts'

/** A span for each request for a signature. What is signed, with which PIN and which card, is not in it. */
export function tracedRequest(telemetry: Telemetry): Stage {
  return (request, next) =>
    telemetry.span('sign', {}, async span => {
      const signed = await next(request)
      span.set({ 'paifang.sign.device': signed.device.name })
      return signed
    })
}

/** Spans for how long a request has waited for a device, and how long that took. */
export function tracedDevice(telemetry: Telemetry): DeviceStage {
  const tell = (ending: unknown): void => {
    const passage = passageOf(ending)
    if (!passage) return
    const { device, queuedAt, sentAt, endedAt } = passage
    telemetry.record('sign.queue', { from: queuedAt, to: sentAt }, {})
    telemetry.record('sign.device', { from: sentAt, to: endedAt }, { 'paifang.sign.device': device })
  }
  return async (request, next) => {
    try {
      const signed = await next(request)
      tell(signed)
      return signed
    } catch (error) {
      tell(error)
      throw error
    }
  }
}
