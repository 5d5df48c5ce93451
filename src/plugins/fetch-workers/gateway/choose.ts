import type { WorkerLink } from './worker-link.ts'

/**
 * Chooses the less loaded of two workers drawn at random ("the power of two choices"): nearly as good as the best of all,
 * and not all who choose at the same time choose the same.
 * @param random from 0 up to 1
 */
export function choose(links: readonly WorkerLink[], random: () => number): WorkerLink | undefined {
  const draw = (count: number): number => Math.min(count - 1, Math.floor(random() * count))
  const first = links[draw(links.length)]
  if (!first || links.length === 1) return first
  const others = links.filter(link => link !== first)
  const second = others[draw(others.length)]
  return second && second.load < first.load ? second : first
}
