#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { UsageError, type Invocation } from './cli/invocation.ts'
import { nearest } from './settings/nearest.ts'
import { StartupError } from './settings/problems.ts'

interface Command {
  readonly summary: string
  /** Options of its own; each takes a value. */
  readonly flags?: readonly string[]
  /** It knows of no plugins: nothing of them is loaded. */
  readonly alone?: true
  /** Loads the code of the command, which most others can do without. */
  load(): Promise<(invocation: Invocation) => Promise<void> | void>
}

const commands: Readonly<Record<string, Command>> = {
  start: {
    summary: 'start the gateway',
    load: async () => {
      const { serve } = await import('./server.ts')
      return ({ options }) => serve(options)
    }
  },
  check: {
    summary: 'check the configuration and start nothing',
    load: async () => (await import('./cli/check.ts')).check
  },
  plugins: {
    summary: 'list the plugins: what is on, provides and needs what',
    load: async () => (await import('./cli/plugins.ts')).plugins
  },
  schema: {
    summary: 'print the JSON Schema of the configuration file',
    load: async () => (await import('./cli/schema.ts')).schema
  },
  env: {
    summary: 'print every variable with its default, as an .env file',
    load: async () => (await import('./cli/env.ts')).env
  },
  docs: {
    summary: 'print the reference of all settings, errors or routes: docs [plugins|errors|routes]',
    load: async () => (await import('./cli/docs.ts')).docs
  },
  repl: {
    summary: 'make requests by lines, of this gateway in here or of another: repl [--server URL]',
    flags: ['server'],
    load: async () => (await import('./cli/repl.ts')).repl
  },
  audit: {
    summary:
      'verify or list the audit trail of signatures: audit verify [--head SEQ:HASH], audit list [--since] [--caller]',
    flags: ['head', 'since', 'caller'],
    load: async () => (await import('./cli/audit.ts')).audit
  },
  backup: {
    summary: 'copy the SQLite file of the configuration, also while the gateway runs: backup FILE',
    load: async () => (await import('./cli/backup.ts')).backup
  },
  'forget-key': {
    summary: 'let a plugin start with another key than its rows were written with: forget-key PLUGIN',
    load: async () => (await import('./cli/forget-key.ts')).forgetKeyOf
  },
  worker: {
    summary:
      'make upstream requests for a gateway: worker --gateway URL --name NAME --hosts A,B; worker key NAME prints a key',
    flags: ['gateway', 'name', 'key', 'hosts', 'max-in-flight', 'internal-hosts', 'insecure-hosts'],
    load: async () => (await import('./cli/worker.ts')).worker
  },
  password: {
    summary: 'print the hash of a password, which is read from standard input, for a list of users',
    alone: true,
    load: async () => (await import('./cli/password.ts')).password
  },
  health: {
    summary: 'ask a running gateway whether it is ready: health [--url http://127.0.0.1:3000/readyz]',
    flags: ['url'],
    alone: true,
    load: async () => (await import('./cli/health.ts')).health
  },
  reload: {
    summary:
      'have a running gateway take over its configuration: reload [--url http://127.0.0.1:9000], its admin listener',
    flags: ['url'],
    alone: true,
    load: async () => (await import('./cli/reload.ts')).reload
  },
  new: {
    summary: 'write a plugin that runs and a test that passes: new <name>',
    alone: true,
    load: async () => (await import('./cli/new.ts')).newPlugin
  }
}

const usage = `Usage: paifang <command> [--config FILE]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(11)}${summary}`)
  .join('\n')}

The configuration is FILE, else what PAIFANG_CONFIG names, else paifang.config.{yaml,yml,json,js} here.
`

/** Exit code of a command line that makes no sense: EX_USAGE of sysexits.h. */
const EX_USAGE = 64

const shared = { config: { type: 'string', short: 'c' }, help: { type: 'boolean', short: 'h' } } as const

async function main(argv: string[]): Promise<void> {
  const loose = parseArgs({ args: argv, allowPositionals: true, strict: false, options: shared })
  const [name = ''] = loose.positionals
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  const own = Object.fromEntries((command?.flags ?? []).map(flag => [flag, { type: 'string' } as const]))
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { ...own, ...shared }
  })
  const [, ...args] = positionals
  if (values.help || name === 'help') return void process.stdout.write(usage)
  if (name === '') throw new UsageError(`which command?\n\n${usage}`)
  if (!command) {
    const guess = nearest(name, Object.keys(commands))
    throw new UsageError(
      `there is no command '${name}'${guess ? `; did you mean '${guess}'?` : ''}\n\n${usage}`
    )
  }
  const { config, help: _, ...flags } = values
  const run = await command.load()
  const builtins = command.alone ? [] : (await import('./server.ts')).builtins
  await run({ args, flags, options: { builtins, ...(config && { configFile: config }) } })
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  const wrongUse =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')
  if (!wrongUse && !(error instanceof StartupError)) throw error
  process.stderr.write(wrongUse ? `paifang: ${(error as Error).message}\n` : `${(error as Error).message}\n`)
  process.exitCode = error instanceof StartupError ? error.exitCode : EX_USAGE
}
