import { addressDigest, MinuteLimits, type MinuteLimitsOptions } from '../../state/service.ts'

export interface LoginLimitsOptions extends MinuteLimitsOptions {
  readonly perMinutePerIp: number
  readonly perMinutePerUser: number
}

/** Counts attempts to log in, by address and by user, in minutes of the clock. */
export class LoginLimits {
  readonly #options: LoginLimitsOptions
  readonly #minutes: MinuteLimits

  constructor(options: LoginLimitsOptions) {
    this.#options = options
    this.#minutes = new MinuteLimits(options)
  }

  /**
   * Counts one attempt.
   * @param ip the caller's address; `undefined` for the gateway itself
   * @param user stands for the user in keys: a digest, not the name
   * @returns seconds to wait when it is one too many, else `undefined`
   */
  async take(ip: string | undefined, user: string): Promise<number | undefined> {
    const { perMinutePerIp, perMinutePerUser } = this.#options
    const wait =
      ip === undefined ? undefined : await this.#minutes.take(`ip:${addressDigest(ip)}`, perMinutePerIp)
    return wait ?? this.#minutes.take(`user:${user}`, perMinutePerUser)
  }
}
