/** What clients say in the address of the upgrade (specification §1.1). The token in it is not read: that of the Login is. */
export interface UpgradeQuery {
  readonly userID: string
  readonly platformID: number
  readonly operationID: string | undefined
}

/** Platform ids run from 1 to this (specification §5.1). */
const lastPlatformID = 11
const maxUserIDLength = 160

/**
 * Reads the query of an upgrade. Clients write its values down as they are: a plus sign is one.
 * @returns `undefined` when something is missing that all clients send, or cannot be right
 */
export function readQuery(url: string): UpgradeQuery | undefined {
  const values = new Map<string, string>()
  for (const pair of url.slice(url.indexOf('?') + 1 || url.length).split('&')) {
    const at = pair.indexOf('=')
    if (at > 0) values.set(pair.slice(0, at), decoded(pair.slice(at + 1)))
  }
  const userID = values.get('sendID') ?? ''
  const platformID = Number(values.get('platformID') ?? 0)
  if (userID === '' || userID.length > maxUserIDLength || !values.get('token')) return undefined
  if (!Number.isInteger(platformID) || platformID < 1 || platformID > lastPlatformID) return undefined
  return { userID, platformID, operationID: values.get('operationID') }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
