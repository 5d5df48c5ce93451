import { expect } from 'vitest'
import { textDigest } from '../../src/plugins/sign-bridge/audit-rows.ts'
import { keyedDigest } from '../../src/plugins/sign-bridge/secret.ts'
import { run } from '../e2e/program.ts'
import type { Cluster } from './cluster.ts'
import type { Loads } from './loads.ts'
import { secrets } from './site.ts'

/** Checks that nothing of what was acknowledged is missing, and that nothing was done twice. */
export async function account(cluster: Cluster, loads: Loads): Promise<void> {
  expect(loads.failures).toEqual([])
  await expect.poll(() => loads.missed()).toEqual([])
  expect(faultsOfScans(loads)).toEqual([])
  expect(await loads.chats.missed()).toEqual([])
  expect(await loads.askers.faults()).toEqual([])

  const { key } = cluster.cards.at(0)!
  const forged = [...loads.signatures].filter(([text, signature]) => !key.verify(text, signature))
  expect(forged).toEqual([])
  const twice = [...cluster.asked()].filter(([text, times]) => text.startsWith('text ') && times > 1)
  expect(twice).toEqual([])

  const [code, listed] = await audit(cluster, 'list')
  const rows = listed.trim().split('\n')
  const digests = new Set(rows.map(row => (JSON.parse(row) as { digest: string }).digest))
  const digest = keyedDigest(secrets.guard)
  const lost = [...loads.signatures.keys()].filter(text => !digests.has(textDigest(text, digest)))
  expect([code, lost]).toEqual([0, []])
  expect(await audit(cluster, 'verify')).toEqual([0, expect.stringContaining('The audit trail is intact')])
}

/** Each scan reaches its page once, and its code stands for its person once. */
function faultsOfScans({ scans }: Loads): string[] {
  return scans.flatMap(({ openid, codes, redeemed, unclear }) => {
    const isRedeemed = redeemed.length === 1 || (unclear && redeemed.length === 0)
    const isTheirs = redeemed.every(who => who === openid)
    if (codes.length === 1 && isRedeemed && isTheirs) return []
    return [`${openid}: ${codes.length} codes, redeemed by ${redeemed.join(', ') || 'nobody'}`]
  })
}

/** `paifang audit …` where the nodes run: its exit code, and what it says. */
async function audit({ folder }: Cluster, what: string): Promise<[number | null, string]> {
  await using program = run('cli.js', ['audit', what], { cwd: folder })
  return [await program.ended, program.output()]
}
