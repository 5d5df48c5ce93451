/**
 * Makes a `Promise` of one's own for code that is under test: what is rejected and never looked at is told to
 * `unhandled`, and does not end the process.
 */
export function trackedPromise(unhandled: (reason: unknown) => void): PromiseConstructor {
  let own = false
  return class Tracked<T> extends Promise<T> {
    #seen = false

    constructor(executor: ConstructorParameters<typeof Promise<T>>[0]) {
      super(executor)
      own = true
      super.then(undefined, (reason: unknown) => {
        setImmediate(() => {
          if (!this.#seen) unhandled(reason)
        })
      })
      own = false
    }

    // oxlint-disable-next-line unicorn/no-thenable -- it is a promise
    override then<A = T, B = never>(
      fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
      rejected?: ((reason: unknown) => B | PromiseLike<B>) | null
    ): Promise<A | B> {
      this.#seen = true
      return super.then(fulfilled, rejected)
    }

    static override get [Symbol.species](): PromiseConstructor {
      return own ? Promise : Tracked
    }
  }
}
