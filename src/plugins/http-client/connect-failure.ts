import type { UpstreamErrorKind } from './upstream-error.ts'

/** There is no connection, so nothing was sent. */
export class ConnectFailure extends Error {
  readonly kind: UpstreamErrorKind

  constructor(kind: UpstreamErrorKind, message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}

const tlsCodes =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH|EPROTO$)/

/** What an error of Node's sockets means. */
export function connectFailureOf(error: NodeJS.ErrnoException): ConnectFailure {
  if (error instanceof ConnectFailure) return error
  const { code = '', syscall } = error
  if (syscall === 'getaddrinfo' || code === 'ENOTFOUND' || code.startsWith('EAI_'))
    return new ConnectFailure('dns', `its name has no address (${code})`, error)
  if (tlsCodes.test(code)) return new ConnectFailure('tls', `TLS fails (${code})`, error)
  if (code === 'ETIMEDOUT') return new ConnectFailure('timeout', 'it does not take the connection', error)
  return new ConnectFailure('connect', `there is no connection (${code || error.name})`, error)
}
