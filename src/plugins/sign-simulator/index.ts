import { definePlugin } from '../../core/index.ts'
import { Config } from './config.ts'
import { SignSimulator } from './service.ts'

export default definePlugin({
  name: 'sign-simulator',
  description: 'Stands in for signing cards and their control, so that everything runs without a card.',
  config: Config,
  provides: SignSimulator,
  check({ allowInProduction, port, devices }, { production }) {
    const problems = []
    if (production && !allowInProduction)
      problems.push({
        path: ['allowInProduction'],
        message: 'signatures of a simulator are worth nothing in production',
        hint: 'remove sign-simulator and name real devices in sign-bridge.devices, or set allowInProduction: true'
      })
    if (port + devices - 1 > 65_535)
      problems.push({
        path: ['port'],
        message: `leaves no ${devices} ports up to 65535`,
        hint: `choose ${65_536 - devices} or less`
      })
    return problems
  },
  async setup(app, { config, log }) {
    const { startDevices } = await import('./devices.ts')
    const { urls, close } = await startDevices({ ...config, host: '127.0.0.1' })
    app.addHook('onClose', close)
    log.warn({ urls }, 'signatures are made by a simulator, not by a card')
    return { urls }
  }
})
