import { oneOf, pace, type Load } from './load.ts'
import type { Answer, Question } from './ask.ts'

const people = [
  { cardnum: '213170001', password: 'old-paifang' },
  { cardnum: '213170002', password: 'old-campus' }
]
const platforms = ['web', 'ios', 'android']
const perSecond = 15
const pages: readonly string[] = [
  '/hello',
  '/sum?a=1&b=2',
  '/news',
  '/news/0',
  '/bus?line=1',
  '/bus?line=2',
  '/term',
  '/banner',
  '/me',
  '/api/banner',
  '/openapi.json',
  '/_errors',
  '/healthz',
  '/demo-of-nothing'
]
const own: readonly string[] = ['/card', '/courses', '/library', '/me', '/banner']

/** Guests and users of the portal: files with caches, logins at the upstream, what is sealed for a user, clicks. */
export const portal: Load = async ({ ask, random, rate }) => {
  const tokens = new Map<string, string>()
  let clicks = 0
  const accept = { accept: 'application/problem+json, text/html;q=0.5' }

  const logIn = async (number: number): Promise<void> => {
    const person = oneOf(people, random())
    const platform = platforms[number % platforms.length] ?? ''
    const question = { method: 'POST', path: '/auth', body: { ...person, platform } }
    const { status, json, body } = await ask.noted('login', question)
    const found = /[0-9a-f]{64}/.exec(JSON.stringify(json) + body)?.[0]
    if (status === 200 && found !== undefined) tokens.set(`${person.cardnum} ${platform}`, found)
  }
  const seal = async (headers: Question['headers'] & object): Promise<void> => {
    const text = `secret ${random()}`
    const sealed = await ask.noted('portal', { method: 'POST', path: '/sealed', headers, body: { text } })
    if (sealed.status !== 200) return
    const body = { sealed: sealed.body }
    await ask.noted(
      'portal',
      { method: 'PUT', path: '/sealed', headers, body },
      ({ status, body: opened }) => {
        return status === 200 && (opened === text || 'another text')
      }
    )
  }
  const click = async (headers: Question['headers'] & object): Promise<void> => {
    const question = { method: 'PUT', path: '/banner', headers, body: { id: 'open-day' } }
    if ((await ask.noted('portal', question)).status === 200) clicks++
  }

  const visit = async (number: number): Promise<void> => {
    const token = [...tokens.values()][Math.floor(random() * tokens.size)]
    const headers = token === undefined ? accept : { ...accept, token }
    if (number % 10 === 0) return click(headers)
    if (number % 10 === 1 && token !== undefined) return seal(headers)
    const path = token !== undefined && random() < 0.4 ? oneOf(own, random()) : oneOf(pages, random())
    const right = (answer: Answer): boolean => answer.status === (path === '/demo-of-nothing' ? 404 : 200)
    await ask.noted('portal', { path, headers }, right)
  }

  await Promise.all([0, 1, 2].map(logIn))
  const stops = [pace(rate * perSecond, visit), pace(rate * 0.5, logIn)]
  return {
    async stop() {
      await Promise.all(stops.map(stop => stop()))
    },
    check: rows => {
      const counted = rows.count(`select coalesce(sum(raw), 0) from click_day where kind = 'banner'`)
      return [
        { name: 'clicks acknowledged', unit: '', value: clicks, limit: { atLeast: 1 } },
        {
          name: 'clicks acknowledged that are not counted',
          unit: '',
          value: Math.max(0, clicks - counted),
          limit: { atMost: 0 }
        }
      ]
    }
  }
}
