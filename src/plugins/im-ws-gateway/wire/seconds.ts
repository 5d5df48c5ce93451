/** Times of people and groups are whole seconds in 2.x; those of messages and conversations are not. */
export function seconds(ms: number): number {
  return Math.floor(ms / 1_000)
}
