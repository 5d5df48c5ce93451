#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { check } from './cli/check.ts'
import { docs } from './cli/docs.ts'
import { env } from './cli/env.ts'
import { UsageError, type Invocation } from './cli/invocation.ts'
import { newPlugin } from './cli/new.ts'
import { plugins } from './cli/plugins.ts'
import { schema } from './cli/schema.ts'
import { StartupError } from './core/index.ts'
import { builtins, serve } from './server.ts'
import { nearest } from './settings/nearest.ts'

interface Command {
  readonly summary: string
  run(invocation: Invocation): Promise<void> | void
}

const commands: Readonly<Record<string, Command>> = {
  start: { summary: 'start the gateway', run: ({ options }) => serve(options) },
  check: { summary: 'check the configuration and start nothing', run: check },
  plugins: { summary: 'list the plugins: what is on, provides and needs what', run: plugins },
  schema: { summary: 'print the JSON Schema of the configuration file', run: schema },
  env: { summary: 'print every variable with its default, as an .env file', run: env },
  docs: {
    summary: 'print the reference of all settings, or of all errors: docs [plugins|errors]',
    run: docs
  },
  new: { summary: 'write a plugin that runs and a test that passes: new <name>', run: newPlugin }
}

const usage = `Usage: paifang <command> [--config FILE]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(9)}${summary}`)
  .join('\n')}

The configuration is FILE, else what PAIFANG_CONFIG names, else paifang.config.{yaml,yml,json,js} here.
`

/** Exit code of a command line that makes no sense: EX_USAGE of sysexits.h. */
const EX_USAGE = 64

async function main(argv: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { config: { type: 'string', short: 'c' }, help: { type: 'boolean', short: 'h' } }
  })
  const [name, ...args] = positionals
  if (values.help || name === 'help') return void process.stdout.write(usage)
  if (name === undefined) throw new UsageError(`which command?\n\n${usage}`)
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    const guess = nearest(name, Object.keys(commands))
    throw new UsageError(
      `there is no command '${name}'${guess ? `; did you mean '${guess}'?` : ''}\n\n${usage}`
    )
  }
  await command.run({ args, options: { builtins, ...(values.config && { configFile: values.config }) } })
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
