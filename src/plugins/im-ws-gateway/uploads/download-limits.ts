import { networkOf } from '../../../core/index.ts'
import type { UploadSettings } from './config.ts'

/** Downloads that are under way: in all, and by network. */
export class DownloadLimits {
  readonly #settings: Pick<UploadSettings, 'maxDownloads' | 'maxDownloadsPerIp'>
  readonly #byNetwork = new Map<string, number>()
  #open = 0

  constructor(settings: Pick<UploadSettings, 'maxDownloads' | 'maxDownloadsPerIp'>) {
    this.#settings = settings
  }

  /** @returns what ends it; `undefined`: there is no room for another one of this address */
  begin(ip: string): (() => void) | undefined {
    const network = networkOf(ip)
    const own = this.#byNetwork.get(network) ?? 0
    const { maxDownloads, maxDownloadsPerIp } = this.#settings
    if (this.#open >= maxDownloads || own >= maxDownloadsPerIp) return undefined
    this.#open++
    this.#byNetwork.set(network, own + 1)
    return () => {
      this.#open--
      const left = (this.#byNetwork.get(network) ?? 0) - 1
      if (left > 0) this.#byNetwork.set(network, left)
      else this.#byNetwork.delete(network)
    }
  }
}
