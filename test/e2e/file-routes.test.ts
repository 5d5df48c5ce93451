import { describe, expect, test } from 'vitest'
import { directoryWith } from '../settings/files.ts'
import { fileRoutesSuite } from './file-routes.suite.ts'
import { run, type Program } from './program.ts'
import { serveBuilt } from './target.ts'

fileRoutesSuite(serveBuilt)

const config = `
server: { port: 0 }
plugins:
  api-error: true
  file-routes: true
`

/** The built gateway in a directory of its own. */
function start(files: Readonly<Record<string, string>>): Program {
  const directory = directoryWith({ 'paifang.config.yaml': config, ...files })
  const program = run('server.js', [], { cwd: directory.path })
  return {
    ...program,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
    }
  }
}

describe('a gateway whose routes are at fault', () => {
  test('does not start, and says all of it', async () => {
    await using gateway = start({
      'routes/a.mjs': 'export const get = (',
      'routes/b c.js': '',
      'routes/d.js': 'exports.x = 1'
    })
    expect(await gateway.ended).toBe(1)
    const output = gateway.output()
    expect(output).toContain("- b c.js: 'b c' cannot be part of a path")
    expect(output).toMatch(/- a\.mjs: cannot be loaded: SyntaxError: /)
    expect(output).toContain('- d.js: it exports no method')
  })

  // Node says so from 22.10 on.
  test.runIf(!Reflect.get(process.features, 'typescript'))('says what TypeScript needs', async () => {
    await using gateway = start({ 'routes/a.ts': 'export const get = (): string => "a"' })
    expect(await gateway.ended).toBe(1)
    expect(gateway.output()).toMatch(/- a\.ts: is TypeScript.*Node 22\.18 or later.*tsx/)
  })
})
