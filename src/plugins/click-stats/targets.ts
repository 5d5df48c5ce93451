import type { ListWindow } from './paging.ts'
import type { CountedTarget, DayClicks, ListedTarget, Target } from './service.ts'
import type { ClickDb, DayRow } from './tables.ts'
import { isWebUrl } from './target.ts'

interface Part<T> {
  readonly items: T[]
  readonly total: number
}

interface Shown {
  readonly kind: string
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly audiences: readonly string[]
}

interface Counted {
  readonly kind: string
  /** Only this one. */
  readonly id: string | undefined
  /** The first day that is told apart. */
  readonly since: string
}

/** The rows of targets, and of what is counted of them. */
export class Targets {
  readonly #db: ClickDb

  constructor(db: ClickDb) {
    this.#db = db
  }

  async find(kind: string, id: string): Promise<Target | undefined> {
    const query = this.#db.selectFrom('click_target').selectAll().where('kind', '=', kind)
    return query.where('id', '=', id).executeTakeFirst()
  }

  /** Adds a target, or replaces the one of its kind and id. */
  async put(target: Target): Promise<void> {
    const { kind: _, id: __, ...facts } = target
    await this.#db
      .insertInto('click_target')
      .values({ ...target, clickedAt: 0 })
      .onConflict(known => known.columns(['kind', 'id']).doUpdateSet(facts))
      .execute()
  }

  /** Deletes a target and, with it, its counts. */
  async remove(kind: string, id: string): Promise<boolean> {
    const query = this.#db.deleteFrom('click_target').where('kind', '=', kind).where('id', '=', id)
    return Number((await query.executeTakeFirst()).numDeletedRows) > 0
  }

  /** What is shown at a moment to these audiences, the newest first, and how many there are in all. */
  async shown({ kind, now, audiences }: Shown, { size, offset }: ListWindow): Promise<Part<ListedTarget>> {
    const query = this.#db
      .selectFrom('click_target')
      .where('kind', '=', kind)
      .where('start', '<=', now)
      .where('end', '>', now)
      .where('audience', 'in', audiences)
    const { total } = await query.select(({ fn }) => fn.countAll().as('total')).executeTakeFirstOrThrow()
    const rows = await query
      .selectAll()
      .orderBy('start', 'desc')
      .orderBy('id', 'desc')
      .limit(size)
      .offset(offset)
      .execute()
    return { items: rows.map(listed), total: Number(total) }
  }

  /** Targets with their counts, the newest first, and how many there are in all. */
  async counted({ kind, id, since }: Counted, { size, offset }: ListWindow): Promise<Part<CountedTarget>> {
    const ofKind = this.#db.selectFrom('click_target').where('kind', '=', kind)
    const query = id === undefined ? ofKind : ofKind.where('id', '=', id)
    const { total } = await query.select(({ fn }) => fn.countAll().as('total')).executeTakeFirstOrThrow()
    const rows = await query
      .selectAll()
      .orderBy('start', 'desc')
      .orderBy('id', 'desc')
      .limit(size)
      .offset(offset)
      .execute()
    const ids = rows.map(row => row.id)
    const [sums, days] = ids.length === 0 ? [[], []] : await this.#countsOf(kind, ids, since)
    const items = rows.map(({ clickedAt, ...target }) => {
      const sum = sums.find(other => other.id === target.id)
      return {
        ...target,
        ...(clickedAt > 0 && { clickedAt }),
        clicks: { unique: Number(sum?.unique ?? 0), raw: Number(sum?.raw ?? 0) },
        days: days.filter(other => other.id === target.id).map(dayClicks)
      }
    })
    return { items, total: Number(total) }
  }

  #countsOf(kind: string, ids: readonly string[], since: string) {
    const query = this.#db.selectFrom('click_day').where('kind', '=', kind).where('id', 'in', ids)
    return Promise.all([
      query
        .select(({ fn }) => ['id', fn.sum('uniqueUsers').as('unique'), fn.sum('raw').as('raw')])
        .groupBy('id')
        .execute(),
      query.selectAll().where('day', '>=', since).orderBy('day', 'desc').execute()
    ])
  }
}

function listed({ id, title, pic, start, end, url }: Target): ListedTarget {
  return { id, title, pic, start, end, hasUrl: isWebUrl(url) }
}

function dayClicks({ day, raw, uniqueUsers, guestApprox }: DayRow): DayClicks {
  return { day, raw, uniqueUsers, ...(guestApprox !== null && { guestApprox }) }
}
