import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCardKey } from '../../src/plugins/sign-simulator/card-key.ts'
import { startSignSimulator, type SimulatedDevice } from '../../src/plugins/sign-simulator/device.ts'
import {
  startWechatSimulator,
  type RunningWechatSimulator
} from '../../src/plugins/wechat-simulator/simulator.ts'
import { startPostgres } from '../servers/postgres.ts'
import { startRedis } from '../servers/redis.ts'
import type { Balancer } from './balancer.ts'
import { startNode, type Node } from './node.ts'
import { asShop, writeSite } from './site.ts'

/** A node that may hold the cards. */
export interface ClusterNode extends Node {
  /** Whether it holds the cards. */
  holdsCards(): Promise<boolean>
}

/** Several nodes behind one address, and all that they share. */
export interface Cluster<Proxy extends Balancer = Balancer> extends AsyncDisposable {
  /** Where clients go. */
  readonly url: string
  readonly proxy: Proxy
  /** The working directory of all nodes. */
  readonly folder: string
  readonly cards: readonly SimulatedDevice[]
  readonly wechat: RunningWechatSimulator
  /** Those that run. */
  readonly nodes: readonly ClusterNode[]
  /** How often the cards were asked to sign each text, together. */
  asked(): ReadonlyMap<string, number>
  /** The node that holds the cards. */
  holder(): Promise<ClusterNode>
  /** Starts one more. Resolves once it gets requests. */
  add(): Promise<ClusterNode>
  /** Ends one as an operator does, and returns its exit code; the proxy learns of it from `/readyz`. */
  stop(node: ClusterNode): Promise<number | null>
  /** Ends one with SIGKILL. */
  kill(node: ClusterNode): Promise<void>
}

/** Starts Redis, PostgreSQL, two cards, WeChat and a proxy, and no node yet. */
export async function startCluster<Proxy extends Balancer>(
  startProxy: () => Promise<Proxy>
): Promise<Cluster<Proxy>> {
  const folder = mkdtempSync(join(tmpdir(), 'paifang-cluster-'))
  // One after the other: a port that was free must still be so for who looked for it.
  const redis = await startRedis()
  const postgres = await startPostgres()
  const proxy = await startProxy()
  const key = await createCardKey()
  const cards = await Promise.all([1, 2].map(() => startSignSimulator({ key, delayMs: 3 })))
  const wechat = await startWechatSimulator({ callbackUrl: `${proxy.url}/wechat_event` })
  const { appId, appSecret, token, encodingAesKey, mode } = wechat.account
  writeSite(folder, {
    redisUrl: redis.url,
    postgresUrl: await postgres.database(),
    devices: cards.map(({ url }) => url),
    account: { appId, appSecret, token, encodingAesKey, mode, apiBase: wechat.apiBase }
  })
  const nodes: ClusterNode[] = []
  const forget = async (node: ClusterNode): Promise<void> => {
    nodes.splice(nodes.indexOf(node), 1)
    await proxy.remove(node.url)
  }
  const holder = async (): Promise<ClusterNode> => {
    const holding = await Promise.all(nodes.map(node => node.holdsCards()))
    return nodes[holding.indexOf(true)] ?? holder()
  }
  return {
    url: proxy.url,
    proxy,
    folder,
    cards,
    wechat,
    nodes,
    asked() {
      const times = new Map<string, number>()
      for (const { request } of cards.flatMap(({ control }) => control.record.frames)) {
        const text = request?.args['inData']
        if (typeof text === 'string') times.set(text, (times.get(text) ?? 0) + 1)
      }
      return times
    },
    holder,
    async add() {
      const node = await startHolder(folder)
      nodes.push(node)
      await proxy.add(node.url)
      return node
    },
    async stop(node) {
      node.program.child.kill('SIGTERM')
      const code = await node.program.ended
      await forget(node)
      return code
    },
    async kill(node) {
      node.program.child.kill('SIGKILL')
      await node.program.ended
      await forget(node)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map(({ program }) => program[Symbol.asyncDispose]()))
      await proxy[Symbol.asyncDispose]()
      await Promise.all([wechat, ...cards].map(part => part.close()))
      await Promise.all([redis, postgres].map(server => server[Symbol.asyncDispose]()))
      rmSync(folder, { recursive: true })
    }
  }
}

async function startHolder(folder: string): Promise<ClusterNode> {
  const node = await startNode(folder)
  return {
    ...node,
    async holdsCards() {
      const response = await fetch(`${node.url}/v1/sign/devices`, { headers: asShop })
      const { devices } = (await response.json()) as { devices: { state: string }[] }
      return devices.some(({ state }) => state === 'ready' || state === 'busy')
    }
  }
}
