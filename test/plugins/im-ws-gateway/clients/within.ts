/** How long anything in these tests may take, of which the clients themselves have no idea. Only failures take it. */
const limitMs = 15_000

/** @throws {Error} when the promise is not settled in time */
export async function within<T>(what: string, promise: Promise<T>, ms = limitMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms: ${what}`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Conditions that somebody waits for; `look` is called whenever one may have come true. */
export class Waiting {
  #checks = new Set<() => void>()

  look(): void {
    for (const check of this.#checks) check()
  }

  /** @throws {Error} when it does not hold in time */
  async until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return
    let check = (): void => undefined
    const came = new Promise<void>(resolve => {
      check = () => {
        if (holds()) resolve()
      }
      this.#checks.add(check)
    })
    try {
      await within(what, came)
    } finally {
      this.#checks.delete(check)
    }
  }
}
