import { harmlessHeaders, HostList, targetOf } from '../../../core/index.ts'
import type { WorkerRequest } from '../service.ts'

/** Whether a request holds what may be a credential: cookies, a body, or headers that are not known to be none. */
export function holdsCredentials({ cookies, body, headers }: WorkerRequest): boolean {
  return (
    cookies.length > 0 || body !== undefined || Object.keys(headers).some(name => !harmlessHeaders.has(name))
  )
}

/** Says which requests may leave the gateway for a worker. */
export class CredentialRule {
  readonly #hosts: HostList

  /** @param credentialHosts those whose credentials workers may see */
  constructor(credentialHosts: readonly string[]) {
    this.#hosts = new HostList(credentialHosts)
  }

  allows(request: WorkerRequest, url: URL): boolean {
    return !holdsCredentials(request) || this.#hosts.has(targetOf(url))
  }
}
