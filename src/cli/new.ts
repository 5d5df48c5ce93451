import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UsageError, type Invocation } from './invocation.ts'
import { packageTemplate, sourceTemplate, type Template } from './plugin-template.ts'

/**
 * `paifang new <name>`: writes a plugin with a route, a service, a setting and a passing test. Inside Paifang's own
 * sources it becomes a built-in one in TypeScript; anywhere else a JavaScript module that runs without a build.
 * @throws {UsageError} for a name that is not kebab-case, and rather than overwrite a file
 */
export function newPlugin({ args: [name, ...rest] }: Invocation): void {
  if (!name || rest.length > 0) throw new UsageError('new takes one name: paifang new <name>')
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new UsageError(`'${name}' is not a plugin name: small letters and digits, words joined by hyphens`)
  const template: Template = isPaifangItself() ? sourceTemplate(name) : packageTemplate(name)
  const files = Object.entries(template.files)
  const taken = files.find(([file]) => existsSync(file))
  if (taken) throw new UsageError(`${taken[0]} exists already; nothing was written`)
  for (const [file, text] of files) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const written = files.map(([file]) => `  ${file}`).join('\n')
  process.stdout.write(`Wrote\n${written}\n\nTest it:    ${template.test}\nSwitch on:  ${template.use}\n`)
}

function isPaifangItself(): boolean {
  if (!existsSync('package.json') || !existsSync(join('src', 'server.ts'))) return false
  const { name } = JSON.parse(readFileSync('package.json', 'utf8')) as { name?: string }
  return name === 'paifang'
}
