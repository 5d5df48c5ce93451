import { SectionCounts } from './counts.ts'
import type { Entry } from './entry.ts'
import type { Job } from './job.ts'

/** Who shares the values of a section. */
export type Scope = 'handle' | 'public' | 'user' | 'guest'

/** What belongs to one handle, or to one route and scope: its values, and the work under way for it. */
export class Section {
  readonly scope: Scope
  /** Of the handle or the route. */
  readonly subject: string
  /** Whether its values may go to the store that nodes share. */
  readonly shared: boolean
  readonly entries = new Map<string, Entry>()
  readonly jobs = new Map<string, Job>()
  readonly counts = new SectionCounts()

  constructor(scope: Scope, subject: string, shared: boolean) {
    this.scope = scope
    this.subject = subject
    this.shared = shared
  }

  /** `scope:subject`, unique. */
  get name(): string {
    return `${this.scope}:${this.subject}`
  }

  /** The digest under which a key is known outside: `c1:{scope}:{subject}:{SHA-256}`. */
  idOf(digest: string): string {
    return `c1:${this.name}:${digest}`
  }
}
