import type { Invocation } from './invocation.ts'
import { metaOf } from '../core/plugin.ts'
import { ServerSettings } from '../resolve/server-settings.ts'
import { leavesOf, variableName, type Leaf } from '../settings/environment.ts'
import { inputView } from '../settings/schema.ts'
import { typeText } from './setting-text.ts'

/** `paifang env`: the contents of `.env.example`. */
export function env({ options }: Invocation): void {
  process.stdout.write(envFile(options.builtins))
}

/** Every variable, commented out, with its meaning and default. */
export function envFile(plugins: readonly unknown[]): string {
  const known = plugins.map(metaOf).filter(meta => meta !== undefined)
  const sections = known.map(({ name, description, config }) => {
    const enabled: Leaf = {
      path: [name, 'enabled'],
      node: { type: 'boolean', description: 'Switches the plugin.' }
    }
    return [`# ${name}: ${description}`, ...[enabled, ...leavesOf(config, [name])].map(variable)].join('\n\n')
  })
  const server = leavesOf(inputView(ServerSettings), ['server']).map(variable)
  return `${[head, ...server, ...sections].join('\n\n')}\n`
}

const head = `# Settings by variable. Copy what you need to .env, or set it in the environment, which wins.
# Lists are separated by commas. Every variable X can be given as X_FILE, the path of a file that holds the value.

# The configuration file.
#PAIFANG_CONFIG=paifang.config.yaml

# Short names for PAIFANG_SERVER_PORT, PAIFANG_SERVER_HOST and PAIFANG_SERVER_LOG_LEVEL.
#PORT=3000
#HOST=127.0.0.1
#LOG_LEVEL=info`

function variable({ path, node }: Leaf): string {
  const value = node.secret || node.default === undefined ? '' : inline(node.default)
  const secret = node.secret ? ' Secret.' : ''
  return `# ${node.description ?? ''} (${typeText(node)})${secret}\n#${variableName(path)}=${value}`
}

function inline(value: unknown): string {
  if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value.join(',')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
