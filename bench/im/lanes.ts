/** Does `task` with all of `items`, so many at a time. */
export async function inLanes<T>(
  items: Iterable<T>,
  lanes: number,
  task: (item: T) => Promise<unknown>
): Promise<void> {
  const left = items[Symbol.iterator]()
  const work = async (): Promise<void> => {
    for (let next = left.next(); !next.done; next = left.next()) await task(next.value)
  }
  await Promise.all(Array.from({ length: lanes }, work))
}
