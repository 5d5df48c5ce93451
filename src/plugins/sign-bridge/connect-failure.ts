const untrusted = 'Its certificate comes from an authority that is not trusted: name that in caFile'

const reasons: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Its certificate is self-signed: name it in caFile if it is the right one',
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_HAS_EXPIRED: 'Its certificate has expired',
  CERT_NOT_YET_VALID: 'Its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Its certificate is for another host: name the one that is meant in tlsServerName',
  EPROTO: 'It does not speak TLS: use ws:// for this port',
  ETIMEDOUT: 'The connection died silently'
}

/** Why a connection failed, for people. It holds nothing that the other side chose. */
export function connectFailure({ code, message }: NodeJS.ErrnoException): string {
  if (code === undefined) return message
  return Object.hasOwn(reasons, code) ? `${reasons[code]} (${code})` : code
}
