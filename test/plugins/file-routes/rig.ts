import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createGateway } from '../../../src/core/gateway.ts'
import { StartupError } from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import fileRoutes from '../../../src/plugins/file-routes/index.ts'
import type { ServedFiles } from '../../../src/plugins/file-routes/served-files.ts'
import { FileRoutes } from '../../../src/plugins/file-routes/service.ts'
import { directoryWith } from '../../settings/files.ts'

/** Files by their paths in the directory of routes. */
export type Files = Readonly<Record<string, string>>

export interface RigOptions {
  /** Settings of file-routes. */
  readonly settings?: object
  /** Other plugins, by name. */
  readonly plugins?: Readonly<Record<string, object>>
  /** Settings of api-error; false: without it. */
  readonly errors?: object | false
  /** Log lines are put here. */
  readonly logs?: string[]
  readonly server?: object
  readonly env?: NodeJS.ProcessEnv
}

/** A gateway that serves files of its own. Hold it with `await using`. */
export interface Rig extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly files: ServedFiles
  /** Where they are. */
  readonly directory: string
  inject(options: string | InjectOptions): Promise<LightMyRequestResponse>
  /** The answer to `GET url` in the dialect `ws3`. */
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<unknown>
  /** Writes a file. */
  write(file: string, text: string): void
  remove(file: string): void
}

/** @throws {StartupError} as the gateway */
export async function serve(files: Files, options: RigOptions = {}): Promise<Rig> {
  const { settings, plugins, errors = {}, logs, server, env = {} } = options
  const texts = Object.entries(files).map(([name, text]) => [`routes/${name}`, text])
  const directory = directoryWith({ 'package.json': '{"type":"module"}', ...Object.fromEntries(texts) })
  const root = join(directory.path, 'routes')
  mkdirSync(root, { recursive: true })
  try {
    const app = await createGateway({
      config: {
        server: { logLevel: logs ? 'debug' : 'silent', ...server },
        plugins: {
          ...(errors && { 'api-error': { use: apiError, ...errors } }),
          ...plugins,
          'file-routes': { use: fileRoutes, directory: root, watch: false, ...settings }
        }
      },
      env,
      logDestination: { write: line => void logs?.push(line) }
    })
    return {
      app,
      files: app.getDecorator<ServedFiles>(FileRoutes.name),
      directory: root,
      inject: given => app.inject(given),
      get: async (url, headers = {}) => (await app.inject({ url, headers })).json() as unknown,
      write(file, text) {
        mkdirSync(dirname(join(root, file)), { recursive: true })
        writeFileSync(join(root, file), text)
      },
      remove: file => rmSync(join(root, file), { recursive: true }),
      async [Symbol.asyncDispose]() {
        await app.close()
        directory[Symbol.dispose]()
      }
    }
  } catch (error) {
    directory[Symbol.dispose]()
    throw error
  }
}

/** What a start with these files fails with: a line for each fault. */
export async function faultsOf(files: Files, options: RigOptions = {}): Promise<string[]> {
  try {
    await using rig = await serve(files, options)
    return [`it started with ${rig.files.routes().length} routes`]
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    return error.problems.flatMap(({ message }) => message.split('\n- ').slice(1))
  }
}
