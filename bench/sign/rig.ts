import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild, type Child } from '../child.ts'
import {
  directClient,
  gatewayClient,
  httpClient,
  relayClient,
  signatureCheck,
  type Client
} from './clients.ts'
import type { DeviceOptions, DevicesReady, Seen, Span } from './device.ts'
import type { GatewayOptions } from './gateway.ts'
import { keepBusy, type Answer } from './load.ts'
import type { RelayOptions } from './relay.ts'

export type RigOptions = Pick<DeviceOptions, 'devices' | 'delayMs'> & {
  readonly faultRate?: number
  readonly settings?: GatewayOptions['settings']
}

/** Ways to the devices. `floor`: straight. `relay`: through a bare process, for what that costs on this machine now. */
export const ways = ['floor', 'relay', 'gateway'] as const
export type Way = (typeof ways)[number]

/** Simulated devices, and a gateway in front of them, in processes of their own. This process makes the load. */
export interface Rig extends AsyncDisposable {
  readonly url: string
  readonly devices: number
  readonly delayMs: number
  readonly gateway: Child<string>
  readonly simulator: Child<DevicesReady>
  readonly clients: Readonly<Record<Way, Client>>
  /** Checks an answer's signature, if it has one, and counts those of other texts. */
  check(client: Client, answer: Answer): void
  /** What the devices signed since the last call. */
  spans(): Promise<readonly Span[]>
  /** Signatures that answered another text, and texts that devices got twice, since the start. */
  mistakes(): { crossed: number; sentTwice: number }
}

/** Cards that take no time make the gateway warm in seconds, as one in use is: thousands of requests. */
const warmUpS = 8
const settleS = 1
const file = (name: string): URL => new URL(`./${name}.ts`, import.meta.url)

/** Starts the processes, waits until every device is ready, and warms everything up. */
export async function startRig(options: RigOptions): Promise<Rig> {
  const { devices, delayMs, faultRate = 0, settings = {} } = options
  const folder = mkdtempSync(join(tmpdir(), 'paifang-bench-'))
  const simulator = await startChild<DevicesReady>(file('device'), { devices, delayMs, faultRate }, folder)
  const { urls, certificate } = simulator.ready
  const gateway = await startChild<string>(file('gateway'), { devices: urls, settings }, folder)
  const relay = await startChild<string>(file('relay'), { devices: urls } satisfies RelayOptions, folder)
  const url = gateway.ready
  const clients = {
    floor: await directClient(urls),
    relay: relayClient(relay.ready),
    gateway: gatewayClient(url)
  }
  const isRight = signatureCheck(certificate)
  let crossed = 0
  let sentTwice = 0
  const rig: Rig = {
    url,
    devices,
    delayMs,
    gateway,
    simulator,
    clients,
    check(client, { status, body, number }) {
      if (status === 200 && !isRight(number, client.signatureIn(body))) crossed++
    },
    async spans() {
      const seen = await simulator.ask<Seen>('seen')
      sentTwice = seen.sentTwice
      return seen.spans
    },
    mistakes: () => ({ crossed, sentTwice }),
    async [Symbol.asyncDispose]() {
      for (const way of ways) clients[way].close()
      await Promise.all([gateway, relay, simulator].map(child => child.stop()))
      rmSync(folder, { recursive: true })
    }
  }
  await allReady(url, devices)
  await keepBusy(clients.gateway.send, 16, warmUpS, answer => rig.check(clients.gateway, answer))
  await simulator.ask('begin')
  for (const way of ways)
    await keepBusy(clients[way].send, 4 * devices, settleS, answer => rig.check(clients[way], answer))
  await rig.spans()
  return rig
}

async function allReady(url: string, devices: number): Promise<void> {
  const http = httpClient(url)
  for (;;) {
    const { body } = await http.send('GET', '/v1/sign/devices')
    if (body.split('"ready"').length > devices) return http.close()
    await sleep(20)
  }
}
