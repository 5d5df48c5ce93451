import { estimate, withMarks, type Mark } from './hyperloglog.ts'
import type { ClickDb, ClickTransaction } from './tables.ts'

/** A click as it is written. */
export interface Click {
  readonly kind: string
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The day of `at`. */
  readonly day: string
  /** Stands for the user; absent: a guest's. */
  readonly pseudonym?: string
  /** What the guest leaves in the sketch of the day, where guests are counted. */
  readonly mark?: Mark
}

/** Writes clicks and counts them, all or none. Those of targets that are gone are forgotten. */
export async function recordClicks(db: ClickDb, clicks: readonly Click[]): Promise<void> {
  // In one order on all nodes, or they might wait for each other for ever.
  const groups = grouped(clicks, ({ kind, id }) => `${kind} ${id}`).toSorted(byKey)
  await db.transaction().execute(async trx => {
    for (const [, ofTarget] of groups) await recordTarget(trx, ofTarget)
  })
}

async function recordTarget(trx: ClickTransaction, clicks: Group): Promise<void> {
  const [{ kind, id }] = clicks
  // Holds the target until the end, so that it can neither go nor be counted by another node meanwhile.
  const { numUpdatedRows } = await trx
    .updateTable('click_target')
    .set({ clickedAt: Math.max(...clicks.map(({ at }) => at)) })
    .where('kind', '=', kind)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  if (Number(numUpdatedRows) === 0) return
  for (const [day, ofDay] of grouped(clicks, click => click.day).toSorted(byKey)) {
    const uniqueUsers = await addUsers(trx, ofDay)
    await addToDay(trx, { kind, id, day, raw: ofDay.length, uniqueUsers }, ofDay)
  }
}

/** Adds the users who have not clicked the target before, and says how many they are. */
async function addUsers(trx: ClickTransaction, clicks: Group): Promise<number> {
  const rows = new Map(
    clicks.toReversed().flatMap(({ kind, id, pseudonym, at }) => {
      return pseudonym === undefined ? [] : [[pseudonym, { kind, id, pseudonym, firstAt: at }] as const]
    })
  )
  if (rows.size === 0) return 0
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('click_user')
    .values([...rows.values()])
    .onConflict(known => known.columns(['kind', 'id', 'pseudonym']).doNothing())
    .executeTakeFirstOrThrow()
  return Number(numInsertedOrUpdatedRows)
}

interface DayCounts {
  readonly kind: string
  readonly id: string
  readonly day: string
  readonly raw: number
  readonly uniqueUsers: number
}

async function addToDay(trx: ClickTransaction, counts: DayCounts, clicks: Group): Promise<void> {
  const { kind, id, day, raw, uniqueUsers } = counts
  const { guestApprox, guestSketch } = await trx
    .insertInto('click_day')
    .values({ ...counts, guestApprox: null, guestSketch: '' })
    .onConflict(known =>
      known.columns(['kind', 'id', 'day']).doUpdateSet(before => ({
        raw: before('click_day.raw', '+', raw),
        uniqueUsers: before('click_day.uniqueUsers', '+', uniqueUsers)
      }))
    )
    .returning(['guestApprox', 'guestSketch'])
    .executeTakeFirstOrThrow()
  const marks = clicks.flatMap(({ mark }) => mark ?? [])
  // A day whose sketch is gone already keeps its number.
  if (marks.length === 0 || (guestApprox !== null && guestSketch === '')) return
  const sketch = withMarks(guestSketch, marks)
  if (sketch === guestSketch) return
  await trx
    .updateTable('click_day')
    .set({ guestSketch: sketch, guestApprox: estimate(sketch) })
    .where('kind', '=', kind)
    .where('id', '=', id)
    .where('day', '=', day)
    .execute()
}

/** Removes what the numbers of guests were estimated from, of all days before this one. */
export async function eraseSketches(db: ClickDb, today: string): Promise<void> {
  await db
    .updateTable('click_day')
    .set({ guestSketch: '' })
    .where('day', '<', today)
    .where('guestSketch', '<>', '')
    .execute()
}

type Group = readonly [Click, ...Click[]]

function grouped(clicks: readonly Click[], keyOf: (click: Click) => string): [string, Group][] {
  const groups = new Map<string, [Click, ...Click[]]>()
  for (const click of clicks) {
    const key = keyOf(click)
    const group = groups.get(key)
    if (group) group.push(click)
    else groups.set(key, [click])
  }
  return [...groups]
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
