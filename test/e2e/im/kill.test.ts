import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { history, say, type Kept } from '../../plugins/im-ws-gateway/clients/raw-chat.ts'
import { openRaw, type Raw } from '../../plugins/im-ws-gateway/clients/raw-client.ts'
import { restApi } from '../../plugins/im-ws-gateway/clients/rest-api.ts'
import { run, type Program } from '../program.ts'

const folder = mkdtempSync(join(tmpdir(), 'paifang-im-kill-'))
afterAll(() => rmSync(folder, { recursive: true }))

const adminSecret = 'admin-secret-of-this-test'
const env = {
  PORT: '0',
  PAIFANG_IM_WS_GATEWAY_TOKEN_SECRET: 'token-secret-of-this-test-0123456789',
  PAIFANG_IM_WS_GATEWAY_ADMIN_SECRET: adminSecret
}
const pairs = [
  { from: 'ann', to: 'bob', dialect: '2.0' },
  { from: 'cat', to: 'dan', dialect: '2.3' },
  { from: 'eve', to: 'fay', dialect: '3' }
] as const
const killedAfter = 600
/** Messages of each sender that wait for their answers. */
const atOnce = 16

interface Running {
  readonly program: Program
  login(userID: string, dialect: Raw['dialect']): Promise<Raw>
}

async function start(): Promise<Running> {
  const program = run('server.js', [], { env, cwd: folder })
  const [, url = ''] = await program.until(/Listening on (http:\S+)/)
  const rest = restApi(url, adminSecret)
  return {
    program,
    async login(userID, dialect) {
      const token = await rest.login(userID, 5)
      return openRaw({ url: `${url.replace('http', 'ws')}/im`, userID, token, dialect })
    }
  }
}

/** All of a history, page by page. */
async function all(raw: Raw, userID: string): Promise<readonly Kept[]> {
  const found: Kept[] = []
  for (;;) {
    const page = await history(raw, { userID }, 500, found[0]?.clientMsgID)
    if (page.length === 0) return found
    found.unshift(...page)
  }
}

test(
  'what was acknowledged before the program was killed is in both histories, once',
  { timeout: 60_000 },
  async () => {
    writeFileSync(
      join(folder, 'paifang.config.yaml'),
      'plugins: { api-error: true, state: true, database: true, im-ws-gateway: true }'
    )
    const first = await start()
    await using _first = first.program
    const tried: { readonly from: string; readonly clientMsgID: string }[] = []
    const acknowledged: typeof tried = []
    const load = async (from: string, to: string, raw: Raw, lane: number): Promise<void> => {
      for (let index = 0; raw.socket.readyState === raw.socket.OPEN; index++) {
        const clientMsgID = `${from}-${lane}-${index}`
        tried.push({ from, clientMsgID })
        const acknowledges = say(raw, { userID: to }, clientMsgID).then(
          () => true,
          () => false
        )
        if (await Promise.race([acknowledges, raw.closed.then(() => false)])) {
          acknowledged.push({ from, clientMsgID })
        }
        if (acknowledged.length === killedAfter) first.program.child.kill('SIGKILL')
      }
    }
    const loads = pairs.map(async ({ from, to, dialect }) => {
      const receiver = await first.login(to, dialect)
      const raw = await first.login(from, dialect)
      await Promise.all(Array.from({ length: atOnce }, (_, lane) => load(from, to, raw, lane)))
      await receiver.closed
    })
    await Promise.all(loads)
    expect(acknowledged.length).toBeGreaterThanOrEqual(killedAfter)

    const second = await start()
    await using _second = second.program
    for (const { from, to, dialect } of pairs) {
      const wanted = acknowledged.filter(one => one.from === from).map(({ clientMsgID }) => clientMsgID)
      const sender = await second.login(from, dialect)
      const receiver = await second.login(to, dialect)
      const sent = (await all(sender, to)).map(({ clientMsgID }) => clientMsgID)
      expect(new Set(sent).size).toBe(sent.length)
      expect(wanted.filter(id => !sent.includes(id))).toEqual([])
      expect((await all(receiver, from)).map(({ clientMsgID }) => clientMsgID)).toEqual(sent)

      // A program that does not know whether it was heard says it once more.
      const own = tried.filter(one => one.from === from).map(({ clientMsgID }) => clientMsgID)
      const again = own.filter(id => !wanted.includes(id))
      const answers = await Promise.allSettled(again.map(id => say(sender, { userID: to }, id)))
      const refusals = answers
        .filter(({ status }) => status === 'rejected')
        .map(answer => String(Object.values(answer)[1]))
      expect(refusals.filter(reason => !reason.includes('10204'))).toEqual([])
      const end = (await all(receiver, from)).map(({ clientMsgID }) => clientMsgID)
      expect(end.toSorted()).toEqual(own.toSorted())
      await Promise.all([sender.close(), receiver.close()])
    }
  }
)
