import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { randomBytes } from 'node:crypto'
import type { App, Clock, Timer } from '../../../core/index.ts'
import type { ApiErrors } from '../../api-error/service.ts'
import type { Database } from '../../database/service.ts'
import { MinuteLimits, type State } from '../../state/service.ts'
import type { Tokens } from '../tokens/tokens.ts'
import { Callers } from './callers.ts'
import type { UploadSettings } from './config.ts'
import { UploadCounters } from './counters.ts'
import { UploadErrors } from './errors.ts'
import { addFileRoute } from './file-route.ts'
import { PartAddresses } from './part-address.ts'
import { addPartRoute } from './part-route.ts'
import { openUploadTables, partKey } from './tables.ts'
import { addUploadRoutes } from './upload-routes.ts'
import { UploadStore } from './upload-store.ts'

export interface OpenUploadsParts {
  readonly settings: UploadSettings
  readonly database: Database
  readonly state?: State | undefined
  readonly tokens: Pick<Tokens, 'check'>
  readonly errors: ApiErrors
  readonly clock: Clock
  readonly log: FastifyBaseLogger
}

/** Files that clients upload. */
export interface Uploads {
  readonly counters: UploadCounters
  /** Removes a file for good, under all its addresses. @returns whether it was there */
  removeFile(id: string): Promise<boolean>
  /** Ends what runs by itself. */
  close(): Promise<void>
}

const sweepMs = 600_000

/** Opens the tables of files, and adds the routes under `/object`. */
export async function openUploads(app: App, parts: OpenUploadsParts): Promise<Uploads> {
  const { settings, database, errors, clock, log, state } = parts
  errors.define('im-ws-gateway', UploadErrors)
  const db = await openUploadTables(database)
  const counters = new UploadCounters()
  const limits = new MinuteLimits({ prefix: 'im-ws-gateway', clock, log, state })
  const addresses = new PartAddresses(await partKey(db))
  const store = new UploadStore({ db, settings, newID: () => randomBytes(24).toString('base64url') })
  const callers = new Callers({ ...parts, limits })
  void app.register(async (child: FastifyInstance) => {
    child.addHook('onResponse', async request => {
      const failure = errors.failureOf(request)
      if (failure) counters.refuse(failure.key)
    })
    addUploadRoutes(child.withTypeProvider<TypeBoxTypeProvider>(), {
      ...parts,
      store,
      callers,
      addresses,
      counters
    })
    void child.register(async (files: FastifyInstance) => {
      const routes = files.withTypeProvider<TypeBoxTypeProvider>()
      // Clients look at the status alone.
      errors.dialectFor(routes, 'problem')
      addPartRoute(routes, { settings, store, addresses, limits, counters, clock })
      addFileRoute(routes, { settings, store, counters })
    })
  })
  const close = sweeping(store, { counters, clock, log })
  return { counters, removeFile: id => store.removeFile(id), close }
}

/** Removes now and then what nobody has completed. @returns what ends that */
function sweeping(
  store: UploadStore,
  { counters, clock, log }: Pick<OpenUploadsParts, 'clock' | 'log'> & Pick<Uploads, 'counters'>
): () => Promise<void> {
  let timer: Timer | undefined
  let under: Promise<void> = Promise.resolve()
  let isOver = false
  const sweep = async (): Promise<void> => {
    try {
      counters.expired += await store.removeExpired(clock.now(), () => isOver)
    } catch (err) {
      log.warn({ err }, 'uploads that have expired could not be removed; they will be later')
    }
    if (!isOver) timer = clock.after(sweepMs, () => void (under = sweep()))
  }
  under = sweep()
  return async () => {
    isOver = true
    timer?.cancel()
    await under
  }
}
