import { BlockList, isIP } from 'node:net'
import { HostList, type Target } from '../../core/index.ts'

/** Which addresses the settings open and close. */
export interface AddressSettings {
  readonly internalHosts: readonly string[]
  readonly blockPrivate: boolean
}

type Subnet = readonly [address: string, bits: number]

/** This host, loopback, link-local, multicast, reserved; and where clouds keep the credentials of a machine. */
const closed4: readonly Subnet[] = [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32]
]
const closed6: readonly Subnet[] = [
  ['::', 128],
  ['::1', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128]
]
const private4: readonly Subnet[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16]
]
const private6: readonly Subnet[] = [['fc00::', 7]]

/** Decides which addresses upstream requests may go to. Names do not matter: what they resolve to does. */
export class AddressPolicy {
  readonly #closed: BlockList
  readonly #internal: HostList

  constructor({ internalHosts, blockPrivate }: AddressSettings) {
    this.#internal = new HostList(internalHosts)
    this.#closed = blockListOf(
      [...closed4, ...(blockPrivate ? private4 : [])],
      [...closed6, ...(blockPrivate ? private6 : [])]
    )
  }

  /** Whether a connection to `address`, found for `target`, may be made. */
  allows(given: string, target: Target): boolean {
    const address = given.replace(/%.*$/, '')
    const version = isIP(address)
    if (version === 0) return false
    if (!this.#closed.check(address, version === 6 ? 'ipv6' : 'ipv4')) return true
    return this.#internal.has(target) || this.#internal.hasAddress(address, target.port)
  }
}

/** IPv4 addresses are also closed where IPv6 carries them: mapped, compatible, behind NAT64, in 6to4. */
function blockListOf(subnets4: readonly Subnet[], subnets6: readonly Subnet[]): BlockList {
  const list = new BlockList()
  for (const [address, bits] of subnets6) list.addSubnet(address, bits, 'ipv6')
  for (const [address, bits] of subnets4) {
    list.addSubnet(address, bits, 'ipv4')
    const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
    const groups = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
    list.addSubnet(`::${groups}`, 96 + bits, 'ipv6')
    list.addSubnet(`64:ff9b::${groups}`, 96 + bits, 'ipv6')
    list.addSubnet(`2002:${groups}::`, 16 + bits, 'ipv6')
  }
  return list
}
