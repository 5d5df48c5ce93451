import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const socket = new URL('../../../src/plugins/sign-bridge/socket.ts', import.meta.url).href
const core = new URL('../../../src/core/clock.ts', import.meta.url).href

// Nobody listens on the port: after the first attempt it waits a minute for the next.
const program = `
  import { openSocket } from '${socket}'
  import { systemClock } from '${core}'
  const range = { reconnectMinMs: 60000, reconnectMaxMs: 60000, random: () => 1 }
  const transport = openSocket({ url: 'ws://127.0.0.1:9', clock: systemClock, ...range }, {
    opened() {}, received() {}, ponged() {},
    closed(reason) { console.log(reason); if (process.argv.includes('close')) setTimeout(() => void transport.close(), 10) }
  })
`

test.each(['close', 'forget'])(
  'trap 5: waiting for the next attempt does not hold up the process (%s)',
  async how => {
    const began = performance.now()
    const args = ['--import', 'tsx', '--input-type=module', '-e', program, how]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 15_000 })
    expect({ stdout, stderr }).toEqual({ stdout: 'ECONNREFUSED\n', stderr: '' })
    expect(performance.now() - began).toBeLessThan(15_000)
  }
)
