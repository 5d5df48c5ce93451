import { run, type Program } from '../e2e/program.ts'

/** A process of the built program. */
export interface Node {
  readonly url: string
  /** Of its admin listener. */
  readonly admin: string
  readonly program: Program
}

/** Starts one with the configuration in a directory. It must have an admin listener. Resolves once it listens. */
export async function startNode(folder: string): Promise<Node> {
  const program = run('server.js', [], { cwd: folder, env: { PORT: '0', LOG_LEVEL: 'info' } })
  const [, url = ''] = await program.until(/Listening on (http:\S+)/)
  const [, admin = ''] = await program.until(/"url":"([^"]+)","msg":"admin listener"/)
  return { url, admin, program }
}
