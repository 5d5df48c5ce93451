import { expect, test } from 'vitest'
import { parseArguments, usage, UsageError } from '../../../src/plugins/sign-simulator/arguments.ts'

test('without options it is one RSA card on the port of the control', () => {
  expect(parseArguments([])).toEqual({
    devices: 1,
    host: '127.0.0.1',
    port: 61_232,
    algorithm: 'rsa',
    delayMs: 0,
    pin: '88888888',
    seed: 1,
    faultRate: 0
  })
})

test('every option is taken', () => {
  const args =
    '--port 0 --host 0.0.0.0 --devices 4 --algorithm sm2 --delay-ms 240 --pin 1 --seed 7 --fault-rate 0.25'
  expect(parseArguments(args.split(' '))).toEqual({
    devices: 4,
    host: '0.0.0.0',
    port: 0,
    algorithm: 'sm2',
    delayMs: 240,
    pin: '1',
    seed: 7,
    faultRate: 0.25
  })
})

test('help wins over everything that could be read', () => {
  expect(parseArguments(['--help', '--port', 'x'])).toBeUndefined()
})

test('the help names every option', () => {
  const options = ['port', 'host', 'devices', 'algorithm', 'delay-ms', 'pin', 'seed', 'fault-rate', 'help']
  for (const option of options) expect(usage).toContain(`--${option} `)
})

test.each([
  ['--port x', '--port must be a number from 0 to 65535'],
  ['--port 65536', '--port must be a number from 0 to 65535'],
  ['--port 65535 --devices 2', '--port must be a number from 0 to 65534'],
  ['--port 1.5', '--port must be a whole number'],
  ['--port=', '--port must be a number'],
  ['--devices 0', '--devices must be a number from 1 to 64'],
  ['--delay-ms=-1', '--delay-ms must be a number from 0'],
  ['--fault-rate 2', '--fault-rate must be a number from 0 to 1'],
  ['--seed NaN', '--seed must be a number'],
  ['--algorithm dsa', '--algorithm must be rsa or sm2'],
  ['--pin=', '--pin must not be empty'],
  ['--prot 1', "Unknown option '--prot'"],
  ['61232', 'Unexpected argument']
])('%s is refused: %s', (line, message) => {
  expect(() => parseArguments(line.split(' '))).toThrow(UsageError)
  expect(() => parseArguments(line.split(' '))).toThrow(message)
})
