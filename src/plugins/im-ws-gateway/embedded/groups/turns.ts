/** Lets tasks of the same key run one after the other, in the order in which they came. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>()

  /** Resolves or rejects as the task does. */
  take<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key)
    const run = before ? before.then(task) : task()
    const end = (): void => {
      if (this.#last.get(key) === ended) this.#last.delete(key)
    }
    const ended: Promise<void> = run.then(end, end)
    this.#last.set(key, ended)
    return run
  }
}
