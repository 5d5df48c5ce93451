import type { Clock, Timer } from '../../core/index.ts'
import { identityOf } from './keys-file.ts'
import type { KeysFileStatus } from './service.ts'

/** What following a file takes. */
export interface FollowOptions {
  readonly path: string
  /** The identity of the file from before it was first read. */
  readonly identity: string
  readonly intervalMs: number
  readonly clock: Clock
  /** Reads the file and takes its keys into use, or lists why not. */
  readonly load: () => readonly string[]
  /** Told after every attempt. */
  readonly report: (problems: readonly string[]) => void
}

/** A file that is read again when it changes. */
export interface KeysFollower {
  readonly status: () => KeysFileStatus
  /** Reads the file now. */
  readonly reload: () => void
  readonly stop: () => void
}

/**
 * Looks at a file again and again. Looking finds what no notification tells of: a file renamed into place, a
 * symbolic link that points elsewhere, a network drive. A change counts when it was there twice in a row, so that a
 * file is not read while it is written.
 */
export function followKeysFile({
  path,
  identity,
  intervalMs,
  clock,
  load,
  report
}: FollowOptions): KeysFollower {
  let read = identity
  let seen = read
  let readAt = clock.now()
  let problems: readonly string[] = []
  let timer: Timer

  const reload = (): void => {
    read = seen = identityOf(path)
    problems = load()
    if (problems.length === 0) readAt = clock.now()
    report(problems)
  }
  const look = (): void => {
    const now = identityOf(path)
    if (now !== read && now === seen) reload()
    seen = now
    timer = clock.after(intervalMs, look)
  }
  timer = clock.after(intervalMs, look)

  return { status: () => ({ path, readAt, problems }), reload, stop: () => timer.cancel() }
}
