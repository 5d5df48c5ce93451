/** What is wrong with one or several files. */
export interface Fault {
  /** Relative to the directory of the routes. */
  readonly files: readonly string[]
  readonly text: string
}

/** Everything that is wrong with the files of a directory. */
export class RouteFaults extends Error {
  readonly faults: readonly Fault[]

  constructor(directory: string, faults: readonly Fault[]) {
    const lines = faults.map(fault => `- ${faultText(fault)}`)
    super([`the files in ${directory} cannot be served:`, ...lines].join('\n'))
    this.name = 'RouteFaults'
    this.faults = faults
  }
}

/** `a.js, b.js: what is wrong`. */
export function faultText({ files, text }: Fault): string {
  return `${files.join(', ')}: ${text}`
}
