/** What clients say in the address of the upgrade (specification §1.1). Nobody is let in by its token: that of the Login counts. */
export interface UpgradeQuery {
  readonly userID: string
  readonly token: string
  readonly platformID: number
  readonly operationID: string | undefined
  /** What is wrong with it: the login is refused then, which all clients survive. */
  readonly fault: string | undefined
}

/** Platform ids run from 1 to this (specification §5.1). */
const lastPlatformID = 11
const maxUserIDLength = 160
const required = ['sendID', 'token', 'platformID']

/**
 * Reads the query of an upgrade. Clients write its values down as they are: a plus sign is one.
 * @returns `undefined` when something is missing that all clients send (specification §2.1)
 */
export function readQuery(url: string): UpgradeQuery | undefined {
  const values = new Map<string, string>()
  for (const pair of url.slice(url.indexOf('?') + 1 || url.length).split('&')) {
    const at = pair.indexOf('=')
    if (at > 0) values.set(pair.slice(0, at), decoded(pair.slice(at + 1)))
  }
  if (!required.every(name => values.has(name))) return undefined
  const userID = values.get('sendID') ?? ''
  const platformID = platformIn(values.get('platformID') ?? '')
  let fault: string | undefined
  if (userID === '' || userID.length > maxUserIDLength)
    fault = `sendID has 1 to ${maxUserIDLength} characters`
  else if (platformID === 0) fault = `platformID is a number from 1 to ${lastPlatformID}`
  return {
    userID: userID.slice(0, maxUserIDLength),
    token: values.get('token') ?? '',
    platformID,
    operationID: values.get('operationID'),
    fault
  }
}

/** 0: it is none. */
function platformIn(text: string): number {
  const id = Number(text)
  return Number.isInteger(id) && id >= 1 && id <= lastPlatformID ? id : 0
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
