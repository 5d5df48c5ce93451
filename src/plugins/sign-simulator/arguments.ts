import { parseArgs } from 'node:util'
import type { DevicesOptions } from './devices.ts'

/** The command was called in a way that it does not understand. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What `paifang-sign-simulator --help` prints. */
export const usage = `Usage: paifang-sign-simulator [options]

Stands in for e-port signing cards and their control.

  --port <n>          port of the first device; the others follow (default 61232, 0: any)
  --host <address>    where to listen (default 127.0.0.1)
  --devices <n>       how many devices, each with a card of its own (default 1)
  --algorithm <name>  rsa or sm2 (default rsa)
  --delay-ms <n>      how long a card takes for one request (default 0)
  --pin <pin>         PIN of the cards (default 88888888)
  --fault-rate <n>    share of connections and requests that a random fault strikes, 0 to 1 (default 0)
  --seed <n>          the same seed draws the same faults (default 1)
  --help              print this
`

/**
 * Reads the options of the command; `undefined` when help is asked for.
 * @throws {UsageError} naming the option and what it takes
 */
export function parseArguments(args: readonly string[]): DevicesOptions | undefined {
  const values = read(args)
  if (values.help) return undefined
  const devices = integer('devices', values.devices, 1, 64)
  const { algorithm, host, pin } = values
  if (algorithm !== 'rsa' && algorithm !== 'sm2') throw new UsageError('--algorithm must be rsa or sm2')
  if (pin === '') throw new UsageError('--pin must not be empty')
  return {
    devices,
    host,
    port: integer('port', values.port, 0, 65_536 - devices),
    algorithm,
    delayMs: integer('delay-ms', values['delay-ms'], 0, 600_000),
    pin,
    seed: integer('seed', values.seed, 0, 0x7fff_ffff),
    faultRate: number('fault-rate', values['fault-rate'], 0, 1)
  }
}

function read(args: readonly string[]) {
  const text = (value: string) => ({ type: 'string', default: value }) as const
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: text('61232'),
        host: text('127.0.0.1'),
        devices: text('1'),
        algorithm: text('rsa'),
        'delay-ms': text('0'),
        pin: text('88888888'),
        'fault-rate': text('0'),
        seed: text('1'),
        help: { type: 'boolean', default: false }
      }
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function integer(option: string, text: string, min: number, max: number): number {
  const value = number(option, text, min, max)
  if (!Number.isInteger(value)) throw new UsageError(`--${option} must be a whole number`)
  return value
}

function number(option: string, text: string, min: number, max: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= min && value <= max) return value
  throw new UsageError(`--${option} must be a number from ${min} to ${max}`)
}
