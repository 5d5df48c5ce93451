#!/usr/bin/env node
import { parseArguments, usage, UsageError } from './arguments.ts'
import type { Devices } from './devices.ts'

/** EX_USAGE of sysexits.h. */
const usageExitCode = 64

try {
  const options = parseArguments(process.argv.slice(2))
  if (options) {
    const { startDevices } = await import('./devices.ts')
    announce(await startDevices(options))
  } else process.stdout.write(usage)
} catch (error) {
  const hint = error instanceof UsageError ? "Try 'paifang-sign-simulator --help'.\n" : ''
  process.stderr.write(`paifang-sign-simulator: ${(error as Error).message}\n${hint}`)
  process.exitCode = error instanceof UsageError ? usageExitCode : 1
}

function announce({ urls, close }: Devices): void {
  process.stdout.write(
    `Simulated signing devices, for tests and demonstrations only:
${urls.map(url => `  ${url}`).join('\n')}

Point the gateway at them:
  PAIFANG_SIGN_BRIDGE_DEVICES=${urls.join(',')} npm start

Ctrl-C ends them.
`
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close())
}
