/** What state is asked to do; `log`: to append to a log, or to read one. */
export type StateCommand =
  | 'get'
  | 'set'
  | 'compare_and_set'
  | 'delete'
  | 'increment'
  | 'scan'
  | 'lock'
  | 'publish'
  | 'log'

/** Commands since the start; `lock` counts what is done with leases, too. */
export type CommandCounts = Record<StateCommand, number>

/** Nothing so far. */
export function commandCounts(): CommandCounts {
  return {
    get: 0,
    set: 0,
    compare_and_set: 0,
    delete: 0,
    increment: 0,
    scan: 0,
    lock: 0,
    publish: 0,
    log: 0
  }
}
