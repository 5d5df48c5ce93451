import { createCipheriv } from 'node:crypto'
import type { SignBridge } from '../sign-bridge/service.ts'
import type { SignSimulator } from '../sign-simulator/service.ts'

/** The published key of demonstrations, and the PIN of simulated cards. */
const [key, pin] = ['1234567887654321', '88888888']

/** A body for `POST /getCode` that signs `hello`, as `examples/getcode.sh` makes it. */
export function exampleBody(): string {
  const cipher = createCipheriv('aes-128-ecb', key, null)
  const text = JSON.stringify({ str: 'hello', pwdstr: pin })
  return cipher.update(text, 'utf8', 'hex') + cipher.final('hex')
}

/** Whether all cards are simulated: on a real one that PIN might be a wrong one too many. */
export function isSimulated(bridge: SignBridge | undefined, simulator: SignSimulator | undefined): boolean {
  if (!bridge || !simulator) return false
  const simulated = new Set(simulator.urls.map(url => new URL(url).host))
  return bridge.status().devices.every(({ address }) => simulated.has(address))
}
