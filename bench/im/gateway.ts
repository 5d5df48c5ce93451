import { createGateway } from '../../src/core/index.ts'
import { ImGateway } from '../../src/plugins/im-ws-gateway/service.ts'
import { builtins } from '../../src/server.ts'
import { adminSecret } from './accounts.ts'
import type { Way } from './ways.ts'

const everybody = 1_000_000

/** The gateway with its embedded core, its rows in a file of the working directory, and its log. */
export async function gateway(): Promise<Way> {
  const app = await createGateway({
    builtins,
    env: {},
    config: {
      server: { port: 0 },
      plugins: {
        'api-error': true,
        database: { file: 'bench.db' },
        'im-ws-gateway': {
          adminSecret,
          tokenSecret: 'a secret of the benchmark, of no use to anybody',
          maxConnections: everybody,
          maxConnectionsPerIp: everybody,
          // Cores go as soon as nobody needs them.
          graceMs: 0
        }
      }
    }
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const service = app.getDecorator<ImGateway>(ImGateway.name)
  return { url, users: () => service.status().users }
}
