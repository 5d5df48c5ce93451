import type { Clock } from '../../../src/core/index.ts'

interface Event {
  readonly at: number
  readonly order: number
  task: (() => void) | undefined
}

/** A clock that jumps from event to event, for millions of them. */
export class VirtualTime implements Clock {
  readonly #heap: Event[] = []
  #now = 0
  #order = 0

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#now
  }

  after(delayMs: number, task: () => void): { cancel(): void } {
    const event: Event = { at: this.#now + Math.max(0, delayMs), order: this.#order++, task }
    this.#push(event)
    return {
      cancel: () => {
        event.task = undefined
      }
    }
  }

  /** Runs all events up to a moment. */
  runUntil(at: number): void {
    while (this.runNext(at));
  }

  /** Runs the next event up to a moment. False: there was none. */
  runNext(at: number): boolean {
    for (let event = this.#heap[0]; event && event.at <= at; event = this.#heap[0]) {
      this.#pop()
      const { task } = event
      if (!task) continue
      this.#now = event.at
      task()
      return true
    }
    this.#now = Math.max(this.#now, at)
    return false
  }

  #before(a: Event, b: Event): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order)
  }

  #push(event: Event): void {
    const heap = this.#heap
    let at = heap.push(event) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#before(event, heap.at(parent)!)) break
      heap[at] = heap.at(parent)!
      at = parent
    }
    heap[at] = event
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && this.#before(heap.at(child + 1)!, heap.at(child)!)) child++
      if (!this.#before(heap.at(child)!, last)) break
      heap[at] = heap.at(child)!
      at = child
    }
    heap[at] = last
  }
}
