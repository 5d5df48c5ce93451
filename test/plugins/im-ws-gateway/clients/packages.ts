import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { compileFunction } from 'node:vm'
import type { Surroundings } from './surroundings.ts'

/** The versions of `open-im-sdk` that the gateway serves. */
export const versions = ['2.0.3', '2.3.0', '3.5.2'] as const
export type Version = (typeof versions)[number]

/** Where npm has put them (package.json). */
export const packageOf = { '2.0.3': 'oim203', '2.3.0': 'oim230', '3.5.2': 'oim352' } as const

/** What all of the clients have. */
export interface Sdk {
  login(settings: object): Promise<unknown>
  logout(): Promise<unknown>
  on(event: string, listener: (frame: unknown) => void): void
  readonly [method: string]: unknown
}

interface Exports {
  readonly OpenIMSDK: new () => Sdk
  readonly CbEvents: Readonly<Record<string, string>>
}

const require = createRequire(import.meta.url)
type Load = (...values: readonly unknown[]) => void
const compiled = new Map<string, Load>()

function compile(file: string, names: string[]): Load {
  return compileFunction(readFileSync(file, 'utf8'), names, { filename: file }) as unknown as Load
}

/** Runs the file that npm has installed, as it is, with `globals` in place of what it would find by itself. */
export function loadPackage(version: Version, { globals }: Pick<Surroundings, 'globals'>): Exports {
  const file = require.resolve(packageOf[version])
  const names = ['exports', 'module', 'require', ...Object.keys(globals)]
  const key = `${file} ${names.join()}`
  const load = compiled.get(key) ?? compile(file, names)
  compiled.set(key, load)
  const module = { exports: {} }
  load(module.exports, module, createRequire(file), ...Object.values(globals))
  return module.exports as Exports
}
