import { readFileSync } from 'node:fs'
import { definePlugin } from '../../core/index.ts'
import { Config } from './config.ts'
import { addPage, openListener } from './listener.ts'
import { Metrics } from './service.ts'

export default definePlugin({
  name: 'metrics',
  description: 'What the gateway and its plugins measure, as a page for Prometheus.',
  config: Config,
  provides: Metrics,
  scope: 'global',

  async setup(app, { config: settings, log }) {
    const [{ MetricsPage }, { countRequests }] = await Promise.all([
      import('./page.ts'),
      import('./requests.ts')
    ])
    const { version } = JSON.parse(
      readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
    ) as { version: string }
    const gateway = (): typeof app.gateway | undefined =>
      app.hasDecorator('gateway') ? app.gateway : undefined
    const page = new MetricsPage(gateway, version, settings.runtime)
    if (settings.requests) countRequests(app, page.registry)
    if (settings.port !== undefined) openListener(app, page, { ...settings, port: settings.port }, log)
    return page
  },

  admin: addPage
})
