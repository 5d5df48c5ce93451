import { freePort } from '../../../servers/free-port.ts'
import { startRig, type Rig, type RigOptions } from './rig.ts'

/** A gateway with its admin listener. */
export async function withAdmin(options: RigOptions = {}) {
  const adminPort = await freePort()
  const rig: Rig = await startRig({ ...options, server: { adminPort } })
  const at = (path: string) => `http://127.0.0.1:${adminPort}/im-rig${path}`
  const answer = async (response: Response) => (await response.json()) as Record<string, never>
  return {
    rig,
    get: async (path: string) => answer(await fetch(at(path))),
    post: async (path: string) => answer(await fetch(at(path), { method: 'POST' })),
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose]()
  }
}
