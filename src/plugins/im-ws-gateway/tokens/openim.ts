import { Semaphore } from 'async-mutex'
import type { Clock } from '../../../core/index.ts'
import type { Database } from '../../database/service.ts'
import type { State } from '../../state/service.ts'
import { ImError } from '../codes.ts'
import type { ImSettings } from '../config.ts'
import { factsOf, isFinal } from './openim-answer.ts'
import { parseToken, type Envelope } from './openim-call.ts'
import { Revocations } from './revocations.ts'
import { assertTokenText, digestOf, kickedDigestOf } from './token-text.ts'
import type { TokenFacts, Tokens } from './tokens.ts'
import { VerdictCache } from './verdict-cache.ts'

/** Whom tokens are checked with. */
export interface OpenImTokensOptions {
  readonly settings: Pick<ImSettings, 'openimApi' | 'openimVersion' | 'openimTimeoutMs' | 'openimCacheMs'>
  readonly database: Database
  readonly state?: State | undefined
  readonly clock: Clock
}

/** Requests to the server at a time; the rest take turns, so that a wave of logins does not hit it all at once. */
const maxCalls = 64

/**
 * Has an OpenIM server, 2.x or 3.x, say which tokens are good (specification §7). What it says, for or against, is
 * believed for `openimCacheMs`; that it does not answer (`tokenUnknown`) is not. Many checks of one token at a time are
 * one request. Kicks are this gateway's own: the server is not told of them.
 */
export async function createOpenImTokens(
  options: OpenImTokensOptions
): Promise<Tokens & { close(): Promise<void> }> {
  const { settings, clock } = options
  const verdicts = new VerdictCache(clock, settings.openimCacheMs)
  const turns = new Semaphore(maxCalls)
  const calls = new Set<AbortController>()
  let isClosed = false
  const asked = new Map<string, Promise<TokenFacts>>()
  const revocations = await Revocations.open(options)

  async function call(token: string): Promise<Envelope> {
    const aborting = new AbortController()
    calls.add(aborting)
    if (isClosed) aborting.abort()
    try {
      return await parseToken(token, options, aborting)
    } catch (cause) {
      throw new ImError('tokenUnknown', undefined, { cause })
    } finally {
      calls.delete(aborting)
    }
  }

  async function ask(token: string): Promise<TokenFacts> {
    const answer = await turns.runExclusive(() => call(token))
    return factsOf(token, answer, settings.openimVersion, clock.now())
  }

  async function judge(token: string, digest: string): Promise<TokenFacts> {
    try {
      const facts = await ask(token)
      verdicts.put(digest, facts)
      return facts
    } catch (error) {
      if (error instanceof ImError && isFinal(error)) verdicts.put(digest, error)
      throw error
    } finally {
      asked.delete(digest)
    }
  }

  async function verify(token: string): Promise<TokenFacts> {
    const digest = digestOf(token)
    const known = verdicts.get(digest)
    if (known instanceof ImError) throw new ImError(known.code)
    if (known) return known
    const asking = asked.get(digest) ?? judge(token, digest)
    asked.set(digest, asking)
    return asking
  }

  return {
    async check(token) {
      assertTokenText(token)
      const facts = await verify(token)
      if (facts.expiresAt <= clock.now()) throw new ImError('tokenExpired')
      if (await revocations.isRevoked(facts, kickedDigestOf(token))) throw new ImError('tokenKicked')
      return facts
    },
    kick: (token, { userID, expiresAt }) => revocations.kick(userID, kickedDigestOf(token), expiresAt),
    kickAll: (userID, platformID) => revocations.kickAll(userID, platformID),
    watchCutOffs: listener => revocations.watchCutOffs(listener),
    async close() {
      isClosed = true
      for (const aborting of calls) aborting.abort()
      await Promise.allSettled(asked.values())
      await revocations.close()
    }
  }
}
