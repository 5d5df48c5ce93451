import type { FastifyInstance } from 'fastify'
import { StartupError, type Problem } from '../settings/problems.ts'

/**
 * Listens where the settings say, and returns the address.
 * @throws {StartupError} with `LISTEN_FAILED`; the gateway is closed then
 */
export async function listen(app: FastifyInstance): Promise<string> {
  const { host, port } = app.gateway.server
  try {
    return await app.listen({ host, port, listenTextResolver: address => `listening at ${address}` })
  } catch (error) {
    await app.close()
    throw new StartupError([listenProblem('server.port', host, port, error)])
  }
}

/** Explains why an address cannot be listened on. */
export function listenProblem(where: string, host: string, port: number, error: unknown): Problem {
  const { code = '', message } = error as NodeJS.ErrnoException
  const isHost = code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'
  const texts: Readonly<Record<string, readonly [string, string]>> = {
    EADDRINUSE: [
      `port ${port} of ${host} is taken`,
      'stop what uses it, or choose another port (0: any free one)'
    ],
    EACCES: [`port ${port} of ${host} needs privileges`, 'choose a port above 1023'],
    EADDRNOTAVAIL: [`${host} is not an address of this machine`, 'use 127.0.0.1 or 0.0.0.0'],
    ENOTFOUND: [`${host} is not a known host name`, 'use 127.0.0.1 or 0.0.0.0']
  }
  const [text, hint] = texts[code] ?? [message]
  return { code: 'LISTEN_FAILED', where: isHost ? 'server.host' : where, message: text, hint, cause: error }
}
