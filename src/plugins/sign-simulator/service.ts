import { service } from '../../core/index.ts'

/** A stand-in for cards and their control. */
export interface SignSimulator {
  /** `ws://` URLs on loopback, one a simulated device. */
  readonly urls: readonly string[]
}

export const SignSimulator = service<SignSimulator>('signSimulator')
