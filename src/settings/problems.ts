/** Every reason for which a gateway does not start. `docs/errors.md` lists them. */
export const problemCodes = {
  CONFIG_UNREADABLE:
    'A configuration file is missing, cannot be read, or is not valid YAML, JSON or JavaScript.',
  CONFIG_UNKNOWN_KEY: 'No setting has this name.',
  CONFIG_BAD_VALUE: 'A setting has a value that it cannot have.',
  CONFIG_MISSING: 'A setting without a default is not set.',
  ENV_UNKNOWN: 'A variable begins with PAIFANG_ but belongs to no setting.',
  ENV_CONFLICT: 'A variable is set both directly and through its _FILE form.',
  ENV_AMBIGUOUS: 'Two settings have the same variable name; the author of the plugin must rename one.',
  SECRET_UNREADABLE: 'The file that a _FILE variable names cannot be read.',
  PLUGIN_UNKNOWN: 'No built-in plugin has this name.',
  PLUGIN_INVALID: 'What `use` names cannot be loaded or is not a Fastify plugin.',
  PLUGIN_DUPLICATE: 'Two entries start the same plugin.',
  SERVICE_MISSING: 'A plugin needs a service that nothing enabled provides.',
  SERVICE_CONFLICT: 'Two enabled plugins provide the same service.',
  DEPENDENCY_CYCLE: 'Plugins need each other in a circle.',
  PLUGIN_FAILED: 'A plugin threw while it started.',
  PLUGIN_TIMEOUT: 'A plugin did not finish starting within `server.startTimeoutMs`.',
  LISTEN_FAILED: 'An address or port cannot be listened on.'
} as const

export type ProblemCode = keyof typeof problemCodes

/** One thing that keeps the gateway from starting. */
export interface Problem {
  readonly code: ProblemCode
  /** The setting, variable or plugin. */
  readonly where: string
  /** `file:line:column`, where a file is to blame. */
  readonly position?: string | undefined
  readonly message: string
  /** What to do about it. */
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/** The codes of problems that plugins cause while starting; all others are found before anything starts. */
const atRunTime: ReadonlySet<ProblemCode> = new Set(['PLUGIN_FAILED', 'PLUGIN_TIMEOUT', 'LISTEN_FAILED'])

/** The gateway cannot start. Its message is the whole report. */
export class StartupError extends Error {
  readonly code = 'GATEWAY_CANNOT_START'
  readonly problems: readonly Problem[]
  /** 78 (EX_CONFIG of sysexits.h) when the configuration is at fault, 1 when something failed while starting. */
  readonly exitCode: 78 | 1

  constructor(problems: readonly Problem[]) {
    super(report(problems))
    this.name = 'StartupError'
    this.problems = problems
    this.exitCode = problems.some(({ code }) => atRunTime.has(code)) ? 1 : 78
  }
}

function report(problems: readonly Problem[]): string {
  const entries = problems.map(({ where, position, message, code, hint }, index) => {
    const place = position ? `${where}  (${position})` : where
    const text = `${place}\n${message} [${code}]${hint ? `\n→ ${hint}` : ''}`
    return `${String(index + 1).padStart(3)}. ${text.replaceAll('\n', '\n     ')}`
  })
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return `The gateway cannot start: ${count}\n\n${entries.join('\n')}`
}
