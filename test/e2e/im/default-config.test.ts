import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { hears, say } from '../../plugins/im-ws-gateway/clients/chat.ts'
import { newClient, type Client } from '../../plugins/im-ws-gateway/clients/client.ts'
import { versions } from '../../plugins/im-ws-gateway/clients/packages.ts'
import { restApi } from '../../plugins/im-ws-gateway/clients/rest-api.ts'
import { run } from '../program.ts'

const folder = mkdtempSync(join(tmpdir(), 'paifang-im-default-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('the configuration of npm start serves all clients at the address that they are used to', async () => {
  copyFileSync('paifang.config.yaml', join(folder, 'paifang.config.yaml'))
  const env = { PORT: '0', PAIFANG_IM_WS_GATEWAY_PATH: '/' }
  await using program = run('server.js', [], { env, cwd: folder })
  const [, http = ''] = await program.until(/Listening on (http:\S+)/)
  const rest = restApi(http, 'paifang-demo')
  const clients: Client[] = []
  for (const version of versions) {
    const userID = `user-${version}`
    const token = await rest.login(userID, 5)
    const client = newClient({ version, url: http.replace('http', 'ws'), apiAddr: http, userID, token })
    expect(await client.login()).toMatchObject({ errCode: 0 })
    clients.push(client)
  }
  for (const from of clients) {
    for (const to of clients) {
      if (from === to) continue
      await say(from, { userID: to.userID }, `${from.version} to ${to.version}`)
      expect(await hears(to, `${from.version} to ${to.version}`)).toMatchObject({ sendID: from.userID })
    }
  }
  for (const client of clients) {
    expect(await client.logout()).toMatchObject({ errCode: 0 })
    expect(client.failures).toEqual([])
    await client[Symbol.asyncDispose]()
  }
})
