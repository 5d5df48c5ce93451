import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { createGateway } from '../../src/index.ts'
import { run } from './program.ts'

const configFile = 'paifang.config.yaml'

/** What a suite wants of a gateway. Which `state` and `database` it has is up to who serves it. */
export interface Site {
  /** Settings of the plugins that are on, by their names. */
  readonly plugins: Readonly<Record<string, unknown>>
  /** Texts of files beside the configuration, by their names. They may import `paifang`. */
  readonly files?: Readonly<Record<string, string>>
}

/** A site that is served until the end of the test. */
export interface Served {
  /** Where clients go. */
  readonly url: string
  /** The working directory, in which the configuration is. */
  readonly folder: string
  /** Everything that each of its nodes has written since it serves it. */
  readonly logs: () => readonly string[]
}

/** Serves a site by one gateway, or by several nodes. */
export type Serve = (site: Site) => Promise<Served>

/** Serves a site by a gateway in this process, which remembers nothing when it is gone. */
export const serveHere: Serve = async site => {
  const folder = alone(site)
  let log = ''
  const app = await createGateway({
    configFile: join(folder, configFile),
    env: {},
    logDestination: { write: line => void (log += line) }
  })
  onTestFinished(() => app.close())
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }), folder, logs: () => [log] }
}

/** Serves a site by a process of the built program, for what is not to be loaded by the runner of tests. */
export const serveBuilt: Serve = async site => {
  const folder = alone(site)
  const program = run('server.js', [], { cwd: folder, env: { PORT: '0' } })
  onTestFinished(() => program[Symbol.asyncDispose]())
  const [, url = ''] = await program.until(/Listening on (\S+)/)
  return { url, folder, logs: () => [program.output()] }
}

/** Writes a site of one gateway. @returns its working directory, which is gone after the test */
function alone({ plugins, files }: Site): string {
  const folder = mkdtempSync(join(tmpdir(), 'paifang-site-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeSite(folder, files, {
    server: { drainMs: 0, closeMs: 5_000 },
    plugins: { 'api-error': true, state: true, database: { file: ':memory:' }, ...plugins }
  })
  return folder
}

/** Writes what a gateway finds in its working directory: files, its configuration, and itself as a package. */
export function writeSite(folder: string, files: Site['files'], config: object): void {
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(resolve(), join(folder, 'node_modules/paifang'))
  // JSON is YAML.
  writeFiles(folder, { [configFile]: JSON.stringify(config, undefined, 2), ...files })
}

/** Writes files into a directory, and the directories on the way to them. */
export function writeFiles(folder: string, files: Site['files'] = {}): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}
