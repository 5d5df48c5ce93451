import type { GatewayOptions } from '../core/index.ts'

/** What a command is called with. */
export interface Invocation {
  /** Its plain arguments. */
  readonly args: readonly string[]
  /** Values of its own options. */
  readonly flags: Readonly<Record<string, string | undefined>>
  /** The built-in plugins, and the configuration file if one was named. */
  readonly options: {
    readonly builtins: NonNullable<GatewayOptions['builtins']>
    readonly configFile?: string
  }
}

/** Wrong arguments of a command; the text says what it wants. */
export class UsageError extends Error {}
