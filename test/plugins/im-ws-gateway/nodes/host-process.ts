import { startGateway } from '../clients/gateway.ts'

/** What the process is started with. */
export interface HostArguments {
  readonly postgresUrl: string
  readonly redisUrl: string
}

/** A gateway in a process of its own, so that it can be killed. It says its address when it runs the chat. */
const { postgresUrl, redisUrl } = JSON.parse(process.argv[2] ?? '{}') as HostArguments
const gateway = await startGateway({
  engine: { driver: 'postgres', postgres: { url: postgresUrl } },
  state: { driver: 'redis', redis: { url: redisUrl } },
  config: { hostLeaseMs: 1_000 }
})
await gateway.rest.register('nobody')
process.on('disconnect', () => process.exit())
process.send?.({ url: gateway.url, isHost: gateway.im.status().nodes?.isHost })
