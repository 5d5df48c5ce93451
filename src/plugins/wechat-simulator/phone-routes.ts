import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { chatPieces } from './chat-text.ts'
import type { People } from './people.ts'
import { PhoneError, type Phone } from './phone.ts'
import type { PushOutcome, Pushes } from './pushes.ts'
import type { QrCodes } from './qr-codes.ts'

export interface PhoneRoutesParts {
  readonly phone: Phone
  readonly codes: QrCodes
  readonly people: People
  readonly pushes: Pushes
}

const openid = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })
const content = Type.String({ minLength: 1, maxLength: 2_048 })
const seen = Type.String({ minLength: 1, maxLength: 256 })
const scan = Type.Object({
  openid,
  ticket: Type.Optional(seen),
  url: Type.Optional(seen),
  scene: Type.Optional(seen)
})
const view = Type.Object({ url: Type.Optional(seen) })
const one = Type.Object({ openid })
const someone = Type.Object({ openid: Type.Optional(openid) })
const text = Type.Object({ openid, content })
const tap = Type.Object({ openid, content, menuId: Type.Optional(seen) })

/** How many of the newest codes and people the page shows. */
const shown = 20

/** Adds what the page "pretend to be the phone" does, as JSON. What cannot be done is a 409 with a code. */
export async function addPhoneRoutes(
  app: FastifyInstance,
  { phone, codes, people, pushes }: PhoneRoutesParts
): Promise<void> {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()
  typed.get('/phone/codes', { schema: { querystring: view } }, ({ query }) => {
    const inView = query.url === undefined ? undefined : codes.find({ url: query.url })
    const others = codes.newest(shown).filter(code => code !== inView)
    return [...(inView ? [inView] : []), ...others].map(code => {
      const { ticket, url, scene, scans } = code
      const image = `/cgi-bin/showqrcode?ticket=${encodeURIComponent(ticket)}`
      const expiresInMs = codes.msLeft(code) ?? null
      return { ticket, url, scene, scans, image, expiresInMs, inView: code === inView }
    })
  })
  typed.get('/phone/people', () =>
    people.newest(shown).map(({ openid: id, follower }) => ({ openid: id, follower }))
  )
  typed.post('/phone/people', { schema: { body: someone } }, ({ body }) => {
    const { openid: id, follower } = body.openid === undefined ? people.make() : people.meet(body.openid)
    return { openid: id, follower }
  })
  typed.get('/phone/chat/:openid', { schema: { params: one } }, ({ params }) => {
    const { follower, chat } = people.meet(params.openid)
    const entries = chat.map(entry => ({ ...entry, pieces: piecesOf(entry) }))
    return { openid: params.openid, follower, stopped: pushes.stopped, entries }
  })
  typed.post('/phone/scan', { schema: { body: scan } }, ({ body }, reply) =>
    done(reply, () => phone.scan(body, body.openid))
  )
  typed.post('/phone/tap', { schema: { body: tap } }, ({ body }, reply) =>
    done(reply, () => phone.tap(body.openid, body.content, body.menuId))
  )
  typed.post('/phone/text', { schema: { body: text } }, ({ body }, reply) =>
    done(reply, () => phone.say(body.openid, body.content))
  )
  typed.post('/phone/follow', { schema: { body: one } }, ({ body }, reply) =>
    done(reply, () => phone.follow(body.openid))
  )
  typed.post('/phone/unfollow', { schema: { body: one } }, ({ body }, reply) =>
    done(reply, () => phone.unfollow(body.openid))
  )
}

function piecesOf({ from, text: said }: { from: string; text: string }) {
  return from === 'account' ? chatPieces(said) : [{ text: said }]
}

async function done(
  reply: FastifyReply,
  act: () => Promise<PushOutcome>
): Promise<PushOutcome | { code: string }> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof PhoneError)) throw error
    reply.code(409)
    return { code: error.code }
  }
}
