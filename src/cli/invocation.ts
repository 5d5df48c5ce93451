import type { GatewayOptions } from '../core/index.ts'

/** What a command is called with: its plain arguments, the built-in plugins, and the configuration file if one was named. */
export interface Invocation {
  readonly args: readonly string[]
  readonly options: {
    readonly builtins: NonNullable<GatewayOptions['builtins']>
    readonly configFile?: string
  }
}

/** Wrong arguments of a command; the text says what it wants. */
export class UsageError extends Error {}
