import type * as Core from '../../src/core/index.ts'
import type * as Service from '../../src/plugins/im-ws-gateway/service.ts'
import type * as Server from '../../src/server.ts'
import { adminSecret } from './accounts.ts'
import type { Way } from './ways.ts'

const everybody = 1_000_000

/** What is built, and not the sources: `tsx` names every function each time that it is made, which costs. */
const built = <Module>(file: string): Promise<Module> =>
  import(new URL(`../../dist/${file}`, import.meta.url).href) as Promise<Module>

/** The gateway with its embedded core, its rows in a file of the working directory, and its log. */
export async function gateway(): Promise<Way> {
  const [{ createGateway }, { builtins }, { ImGateway }] = await Promise.all([
    built<typeof Core>('core/index.js'),
    built<typeof Server>('server.js'),
    built<typeof Service>('plugins/im-ws-gateway/service.js')
  ])
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
  const service = app.getDecorator<Service.ImGateway>(ImGateway.name)
  return { url, users: () => service.status().users }
}
