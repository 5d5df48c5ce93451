/** What must and must not compile in a route file; checked by the type checker alone. */
import type {
  FileRoutes,
  RouteContext,
  RouteFileOptions,
  RouteFunction
} from '../../../src/plugins/file-routes/service.ts'

export const get: RouteFunction = ({ page }: { page: number }, { user, userCache, get: fetch, path }) =>
  userCache('list', page, '10m+', async () => {
    const { data } = await fetch(`http://card.example.edu/${path['id']}`, { query: { card: user.cardnum } })
    return data
  })

export async function put(this: RouteContext, { amount }: { amount: number }): Promise<number> {
  await this.useAuthCookie()
  this.log.info({ amount }, 'charged')
  // @ts-expect-error there is no such member
  void this.userCaches
  // @ts-expect-error what came in the query is not known
  void this.query['page'].length
  return amount
}

export const options: RouteFileOptions = {
  meta: { get: '{ page?: integer = 1 } The payments' },
  config: { dialect: 'ws3', get: { cache: '1h' }, put: { user: { password: true } } },
  related: 'children'
}

export const wrong: RouteFileOptions = {
  // @ts-expect-error a method that there is not
  meta: { head: 'A text' },
  // @ts-expect-error no such dialect
  config: { dialect: 'latin' }
}

export function extend(files: FileRoutes): void {
  files.extend('weather', request => request.id)
  // @ts-expect-error a member is made by a function
  files.extend('weather', 'fine')
}
