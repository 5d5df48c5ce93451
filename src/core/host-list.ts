import { BlockList, isIP } from 'node:net'

/** Where a request goes. */
export interface Target {
  /** As `URL` writes it: lower case, IPv6 in brackets. */
  readonly hostname: string
  readonly port: number
}

interface Pattern {
  matches(hostname: string): boolean
  /** `undefined`: any. */
  readonly port: number | undefined
}

/** A name or an address, perhaps with `*.` before it and a port behind it. */
const form = /^(?<any>\*\.)?(?<host>\[[0-9a-f:.]+\]|[^\s/:*[\]]+)(?::(?<port>\d{1,5}))?$/i
const network = /^(?<address>[0-9a-f:.]+)\/(?<bits>\d{1,3})$/i

/**
 * A list of hosts in the settings: `www.example.edu`, `*.example.edu` (what is below it), `10.1.2.3`, `[::1]`, each with a
 * port (`localhost:8080`) or without, and networks such as `10.1.0.0/16`.
 */
export class HostList {
  readonly #patterns: readonly Pattern[]
  readonly #networks = new BlockList()

  /** @throws {TypeError} for an entry that is none of these */
  constructor(entries: readonly string[]) {
    const isNetwork = (entry: string): boolean => network.test(entry)
    this.#patterns = entries.filter(entry => !isNetwork(entry)).map(patternOf)
    for (const entry of entries.filter(isNetwork)) {
      const { address = '', bits } = network.exec(entry)?.groups ?? {}
      if (isIP(address) === 0) throw new TypeError(`'${entry}' is no network`)
      this.#networks.addSubnet(address, Number(bits), familyOf(address))
    }
  }

  /** Whether a target is named by the list, or lies within one of its networks. */
  has({ hostname, port }: Target): boolean {
    const named = this.#patterns.some(
      pattern => (pattern.port ?? port) === port && pattern.matches(withoutDot(hostname))
    )
    return named || this.hasAddress(hostname.replace(/^\[(.*)\]$/, '$1'), port)
  }

  /** Whether an address is in the list, whatever the name behind which it was found. */
  hasAddress(address: string, port: number): boolean {
    const version = isIP(address)
    if (version === 0) return false
    if (this.#networks.check(address, familyOf(address))) return true
    const hostname = version === 6 ? `[${address}]` : address
    return this.#patterns.some(
      pattern => (pattern.port ?? port) === port && pattern.matches(canonical(hostname))
    )
  }
}

/** What is wrong with an entry, or nothing. */
export function hostFault(entry: string): string | undefined {
  try {
    void new HostList([entry])
    return undefined
  } catch {
    return `'${entry}' is neither a host, nor an address, nor a network`
  }
}

/** The target of a URL. */
export function targetOf({ hostname, port, protocol }: URL): Target {
  return { hostname, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) }
}

function patternOf(entry: string): Pattern {
  const { any, host = '', port } = form.exec(isIP(entry) === 6 ? `[${entry}]` : entry)?.groups ?? {}
  const name = canonical(host)
  if (name === '' || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535)
    throw new TypeError(`'${entry}' is no host`)
  return {
    port: port === undefined ? undefined : Number(port),
    matches: any ? hostname => hostname.endsWith(`.${name}`) : hostname => hostname === name
  }
}

/** As `URL` writes it; empty for what can be no host. */
function canonical(host: string): string {
  return URL.canParse(`http://${host}/`) ? withoutDot(new URL(`http://${host}/`).hostname) : ''
}

/** `example.edu.` names the same host as `example.edu`. */
function withoutDot(hostname: string): string {
  return hostname.replace(/\.$/, '')
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
