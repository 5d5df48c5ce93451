import type { Clock } from '../../../../core/index.ts'
import { ImError } from '../../codes.ts'
import type { HandleResult } from '../../model.ts'
import { addFriends } from './relations.ts'
import { storable } from './storable.ts'
import type { FriendRow, PeopleDb, RequestRow } from './tables.ts'

/** How many applications are listed, the newest first. */
const listMax = 1_000
/** How a friendship came about, as OpenIM numbers it. */
export const addSource = { import: 1, application: 2 } as const
const unanswered = { handleResult: 0, handlerUserID: '', handleMsg: '', handleTime: 0 } as const
const table = 'im_people_requests'

/** What came of an answer. */
export interface Settled {
  /** The application, and the one in the other direction if that was open too. */
  readonly requests: readonly RequestRow[]
  /** The directions of friendship that are new. */
  readonly friends: readonly FriendRow[]
}

/** Applications to become friends: the last one of each user to each other user. */
export class Requests {
  readonly #db: PeopleDb
  readonly #clock: Clock

  constructor(db: PeopleDb, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** Opens an application, or opens it again. */
  async open(given: Pick<RequestRow, 'fromUserID' | 'toUserID' | 'reqMsg' | 'ex'>): Promise<RequestRow> {
    const content = {
      reqMsg: storable(given.reqMsg),
      ex: storable(given.ex),
      createTime: this.#clock.now(),
      ...unanswered
    }
    return await this.#db
      .insertInto(table)
      .values({ fromUserID: given.fromUserID, toUserID: given.toUserID, ...content })
      .onConflict(conflict => conflict.columns(['fromUserID', 'toUserID']).doUpdateSet(content))
      .returningAll()
      .executeTakeFirstOrThrow()
  }

  /** Those that a user has sent (`fromUserID`) or received (`toUserID`), the newest first. */
  list(side: 'fromUserID' | 'toUserID', userID: string): Promise<readonly RequestRow[]> {
    return this.#db
      .selectFrom(table)
      .selectAll()
      .where(side, '=', userID)
      .orderBy('createTime', 'desc')
      .limit(listMax)
      .execute()
  }

  /**
   * Makes two users friends whose application is open, all of it or nothing.
   * @throws {ImError} `recordNotFound`, `alreadyHandled`
   */
  accept(fromUserID: string, toUserID: string, handleMsg: string): Promise<Settled> {
    const answer = this.#answer(1, handleMsg)
    const friend = { remark: '', createTime: answer.handleTime, addSource: addSource.application }
    return this.#db.transaction().execute(async trx => {
      const asked = await settle(trx, fromUserID, toUserID, answer)
      if (!asked) throw await whyNot(trx, fromUserID, toUserID)
      const back = await settle(trx, toUserID, fromUserID, answer)
      const friends = await addFriends(trx, [
        { ownerUserID: toUserID, userID: fromUserID, operatorUserID: toUserID, ...friend },
        { ownerUserID: fromUserID, userID: toUserID, operatorUserID: toUserID, ...friend }
      ])
      return { requests: back ? [asked, back] : [asked], friends }
    })
  }

  /** @throws {ImError} `recordNotFound`, `alreadyHandled` */
  async refuse(fromUserID: string, toUserID: string, handleMsg: string): Promise<RequestRow> {
    const settled = await settle(this.#db, fromUserID, toUserID, this.#answer(-1, handleMsg))
    if (!settled) throw await whyNot(this.#db, fromUserID, toUserID)
    return settled
  }

  #answer(handleResult: HandleResult, handleMsg: string): Answer {
    return { handleResult, handleMsg: storable(handleMsg), handleTime: this.#clock.now() }
  }
}

type Answer = Pick<RequestRow, 'handleResult' | 'handleMsg' | 'handleTime'>

/** `undefined`: none was open. Whoever received it counts as the one who answered it. */
function settle(
  db: PeopleDb,
  fromUserID: string,
  toUserID: string,
  answer: Answer
): Promise<RequestRow | undefined> {
  return db
    .updateTable(table)
    .set({ ...answer, handlerUserID: toUserID })
    .where('fromUserID', '=', fromUserID)
    .where('toUserID', '=', toUserID)
    .where('handleResult', '=', 0)
    .returningAll()
    .executeTakeFirst()
}

async function whyNot(db: PeopleDb, fromUserID: string, toUserID: string): Promise<ImError> {
  const row = await db
    .selectFrom(table)
    .select('handleResult')
    .where('fromUserID', '=', fromUserID)
    .where('toUserID', '=', toUserID)
    .executeTakeFirst()
  return row ? new ImError('alreadyHandled') : new ImError('recordNotFound')
}
