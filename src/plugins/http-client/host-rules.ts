import { HostList, targetOf } from '../../core/index.ts'
import type { HttpSettings } from './config.ts'
import { UpstreamError } from './upstream-error.ts'

/** Says which hosts a plugin may reach. */
export class HostRules {
  readonly #byPlugin: ReadonlyMap<string, HostList>

  constructor({ hostsByPlugin }: Pick<HttpSettings, 'hostsByPlugin'>) {
    this.#byPlugin = new Map(
      Object.entries(hostsByPlugin).map(([plugin, hosts]) => [plugin, new HostList(hosts)])
    )
  }

  /** @throws {UpstreamError} `blocked` */
  assertAllowed(url: URL, plugin: string | undefined): void {
    const list = (plugin === undefined ? undefined : this.#byPlugin.get(plugin)) ?? this.#byPlugin.get('*')
    if (!list || list.has(targetOf(url))) return
    const detail = `hostsByPlugin does not let ${plugin ?? 'this plugin'} reach it`
    throw new UpstreamError('blocked', { host: url.host, sent: false, detail })
  }
}

/**
 * The URL of a request.
 * @throws {TypeError} for what is no http or https URL, or holds a user or password, which belong in headers
 */
export function requestUrl(given: string | URL): URL {
  const url = URL.canParse(String(given)) ? new URL(given) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) throw new TypeError('The URL of a request is http or https')
  if (url.username !== '' || url.password !== '')
    throw new TypeError('A user and a password belong in headers, not in the URL')
  url.hash = ''
  return url
}
