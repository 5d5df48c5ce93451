import { UsageError, type Invocation } from './invocation.ts'
import { createGateway, problemCodes } from '../core/index.ts'
import { metaOf, type PluginMeta } from '../core/plugin.ts'
import { ServerSettings } from '../resolve/server-settings.ts'
import { leavesOf, variableName, type Leaf } from '../settings/environment.ts'
import { inputView } from '../settings/schema.ts'
import { typeText } from './setting-text.ts'

/** `paifang docs [plugins|errors|routes]`: the contents of the pages of these names under `docs/`. */
export async function docs({ args: [page = 'plugins'], options }: Invocation): Promise<void> {
  if (page === 'plugins') process.stdout.write(pluginReference(options.builtins))
  else if (page === 'errors') process.stdout.write(await errorReference(options.builtins))
  else if (page === 'routes') process.stdout.write(await routeReference(options.builtins))
  else throw new UsageError(`docs has the pages 'plugins', 'errors' and 'routes'`)
}

/** Every plugin and its settings, as Markdown. */
export function pluginReference(plugins: readonly unknown[]): string {
  const known = plugins.map(metaOf).filter(meta => meta !== undefined)
  const sections = known.map(meta => [
    `## ${meta.name}`,
    meta.description,
    facts(meta),
    settings(leavesOf(meta.config, [meta.name]))
  ])
  const server = settings(leavesOf(inputView(ServerSettings), ['server']))
  return `${[intro, '## server', server, ...sections.flat()].filter(part => part !== '').join('\n\n')}\n`
}

const generated = (command: string): string => `<!-- Printed by \`${command}\`. Do not edit. -->`

const intro = `${generated('paifang docs plugins')}

# Settings

A plugin is on when it is named under \`plugins\` in the configuration; \`name: false\` or its variable
\`PAIFANG_<NAME>_ENABLED\` switches it off. Each variable also has a form with \`_FILE\`, which names a file to read the
value from. Other plugins are named with \`use\`: a path relative to the configuration file, or a package.`

function facts({ provides, needs, scope }: PluginMeta): string {
  const wanted = Object.values(needs).map(
    ({ name, optional }) => `\`${name}\`${optional ? ' (optional)' : ''}`
  )
  const rows = [
    provides && `Provides \`${provides.name}\`.`,
    wanted.length > 0 && `Needs ${wanted.join(', ')}.`,
    scope === 'global' && 'Global: it reaches the routes of all plugins.'
  ]
  return rows.filter(Boolean).join(' ')
}

function settings(leaves: readonly Leaf[]): string {
  if (leaves.length === 0) return 'No settings.'
  const rows = leaves.map(({ path, node }) => {
    const value = node.secret
      ? 'secret'
      : node.default === undefined
        ? ''
        : `\`${JSON.stringify(node.default)}\``
    const cells = [
      `\`${path.slice(1).join('.')}\``,
      typeText(node),
      value,
      `\`${variableName(path)}\``,
      node.description ?? ''
    ]
    return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return ['| setting | type | default | variable | |', '|---|---|---|---|---|', ...rows].join('\n')
}

type Builtins = NonNullable<NonNullable<Parameters<typeof createGateway>[0]>['builtins']>

/** Settings without which some routes are left out. Nobody can reach this gateway. */
const forAllRoutes = {
  database: { file: ':memory:' },
  'crypto-envelope': { legacyKey: '1234567887654321' },
  'sse-hub': { endpoint: true, tokenSecret: 'for the list of routes, and nothing else' },
  'im-ws-gateway': {
    adminSecret: 'for the list of routes',
    tokenSecret: 'for the list of routes',
    demo: true
  }
}

function everythingOn(builtins: Builtins): ReturnType<typeof createGateway> {
  const names = builtins.map(plugin => metaOf(plugin)?.name ?? '')
  const plugins = { ...Object.fromEntries(names.map(name => [name, true])), ...forAllRoutes }
  return createGateway({ builtins, config: { server: { logLevel: 'silent' }, plugins }, env: {} })
}

/** Every route, and who may call it, as Markdown. */
export async function routeReference(plugins: Builtins = []): Promise<string> {
  const app = await everythingOn(plugins)
  const routes = app.gateway.routes.filter(({ method }) => method !== 'HEAD')
  await app.close()
  const rows = routes.map(({ method, url, plugin, access }) => [
    `${method.replaceAll(',', ', ')} \`${url}\``,
    plugin ?? 'the kernel',
    access ?? ''
  ])
  const table = [
    '| route | plugin | who may call it |',
    '|---|---|---|',
    ...rows.map(row => `| ${row.join(' | ')} |`)
  ]
  return `${[generated('paifang docs routes'), routesIntro, table.join('\n')].join('\n\n')}\n`
}

const routesIntro = `# Routes

Those of the built-in plugins with everything on, and who may call each. A test asks every one that wants something to be shown
without showing it. HEAD is there where GET is.`

/** Every reason for not starting and every error that a client can receive, as Markdown. */
export async function errorReference(plugins: Builtins = []): Promise<string> {
  const app = await everythingOn(plugins)
  const catalogue = await app.inject({ url: '/_errors', headers: { accept: 'text/markdown' } })
  await app.close()
  const codes = Object.entries(problemCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`)
  const starting = ['| code | meaning |', '|---|---|', ...codes].join('\n')
  const received = catalogue.body.replace(/^# .*\n+/, '').trim()
  const parts = [generated('paifang docs errors'), '# Errors', '## When the gateway does not start', starting]
  return `${[...parts, '## What clients receive', received].join('\n\n')}\n`
}
