import { adminSecret } from './accounts.ts'
import { everybody } from './protocols.ts'

/** Makes the group of everybody at the gateway, as a back end does. */
export async function makeGroup(
  url: string,
  ownerUserID: string,
  memberUserIDs: readonly string[]
): Promise<void> {
  const response = await fetch(`${url}/v1/im/groups`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${adminSecret}` },
    body: JSON.stringify({ groupID: everybody, groupName: 'Everybody', ownerUserID, memberUserIDs })
  })
  if (!response.ok) throw new Error(`POST /v1/im/groups: ${response.status} ${await response.text()}`)
}
