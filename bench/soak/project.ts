import { SignJWT } from 'jose'
import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashPassword } from '../../src/plugins/sessions/passwords/password-hash.ts'
import type { Fakes } from './fakes.ts'
import { settingsOf } from './settings.ts'

/** A folder with a configuration that has every plugin on, and what the loads must know of it. */
export interface Project {
  readonly folder: string
  /** The SQLite file. */
  readonly database: string
  readonly envelopeKey: Buffer
  /** Opens all topics at `GET /v1/events`. */
  readonly topicToken: string
  readonly clientSecret: string
  /** Of a caller of sign-bridge. */
  readonly callerToken: string
  readonly password: string
  /** Writes the configuration with other values of harmless settings, for a reload. */
  change(number: number): void
}

const repository = join(import.meta.dirname, '../..')
const portal = join(repository, 'examples/portal')

/** A plugin of the project's own: who has a token may write to a topic of `GET /v1/events`, anybody may flood one. */
const board = `import { definePlugin, SseHub, Type } from 'paifang'

export default definePlugin({
  name: 'board',
  description: 'Publishes what is posted.',
  needs: { hub: SseHub },
  setup(app, { hub }) {
    const params = Type.Object({ topic: Type.String({ maxLength: 40 }) })
    const body = Type.Object({ n: Type.Integer(), text: Type.String({ maxLength: 100 }) })
    const config = { endpoint: 'v1.board+post_topic' }
    app.post('/board/:topic', { schema: { params, body }, config }, async ({ params: { topic }, body: data }) => {
      return { id: await hub.publish(topic, { event: 'note', data }) }
    })
    app.put('/flood', async () => {
      const data = { text: 'x'.repeat(60_000) }
      for (let n = 0; n < 60; n++) await hub.publish('flood', { event: 'flood', data })
      return { published: 60 }
    })
  }
})
`

export async function makeProject(folder: string, fakes: Fakes): Promise<Project> {
  const secret = (): string => randomBytes(32).toString('hex')
  const envelopeKey = randomBytes(32)
  const [topicSecret, clientSecret, callerToken, password] = [secret(), secret(), secret(), secret()]
  const settings = settingsOf(fakes, {
    envelopeKey: envelopeKey.toString('base64'),
    topicSecret,
    clientSecret,
    callerToken,
    secret: secret(),
    passwordHash: await hashPassword(password, { logN: 12, r: 8, p: 1 })
  })
  const topicToken = await new SignJWT({ topics: ['*'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('12h')
    .sign(Buffer.from(topicSecret))
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(repository, join(folder, 'node_modules/paifang'))
  for (const name of ['routes', 'campus.js', 'banner.js'])
    cpSync(join(portal, name), join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'board.js'), board)
  const change = (number: number): void => {
    const openapi = { title: `Soak ${number}` }
    const plugins = { ...settings.plugins, openapi, ...(number % 2 === 1 && { cors: false }) }
    writeFileSync(join(folder, 'paifang.config.yaml'), JSON.stringify({ ...settings, plugins }, undefined, 2))
  }
  change(0)
  return {
    folder,
    database: join(folder, 'data/soak.db'),
    envelopeKey,
    topicToken,
    clientSecret,
    callerToken,
    password,
    change
  }
}
