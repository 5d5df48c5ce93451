import { Clock, definePlugin, optional, systemClock, type App } from '../../core/index.ts'
import { Config } from './config.ts'
import { WechatSimulator } from './service.ts'

export default definePlugin({
  name: 'wechat-simulator',
  description: 'Stands in for WeChat, so that a scan login runs without an official account or a phone.',
  config: Config,
  needs: { clock: optional(Clock) },
  provides: WechatSimulator,
  check({ allowInProduction }, { production }) {
    if (!production || allowInProduction) return []
    const message = 'whoever reaches the simulated phone logs in as anybody'
    const hint =
      'remove wechat-simulator and set up a real account in wechat-scan, or set allowInProduction: true'
    return [{ path: ['allowInProduction'], message, hint }]
  },
  async setup(app, { config, log, clock = systemClock }) {
    const { startWechatSimulator } = await import('./simulator.ts')
    const { seededFaults } = await import('./seeded-faults.ts')
    const { port, format, followers, seed, faultRate } = config
    const script = seededFaults({ seed, rate: faultRate })
    const simulator = await startWechatSimulator({ port, account: config, format, script, clock })
    app.addHook('onClose', () => simulator.close())
    const { apiBase, account, people } = simulator
    people.make()
    for (let count = 0; count < followers; count++) people.follow(people.make())
    if (config.callbackUrl) simulator.set({ callbackUrl: config.callbackUrl })
    else app.addHook('onListen', async () => simulator.set({ callbackUrl: callbackOf(app.addresses()) }))
    log.warn({ phone: `${apiBase}/wechat-simulator` }, 'scans are made by a simulator, not by WeChat')
    return { apiBase, account }
  }
})

/** A gateway that listens on every address of this machine is reached on loopback, too. */
function callbackOf([address]: ReturnType<App['addresses']>): string | undefined {
  if (!address || typeof address === 'string') return undefined
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address.address] ?? address.address
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/wechat_event`
}
