import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { clientScript } from '../../../../src/plugins/im-ws-gateway/demo/client-script.ts'

/** A folder with these packages, and a file in it that looks for one. */
function folderWith(packages: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'paifang-demo-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, version] of Object.entries(packages)) {
    const lib = join(folder, 'node_modules', name, 'lib')
    mkdirSync(lib, { recursive: true })
    writeFileSync(join(lib, 'index.js'), '')
    writeFileSync(join(lib, 'index.es.js'), `the module of ${version}`)
    writeFileSync(join(lib, '..', 'package.json'), JSON.stringify({ name, version, main: 'lib/index.js' }))
  }
  return join(folder, 'gateway.js')
}

test('the client of this repository is found, and is the module that its makers have built', () => {
  const script = clientScript(import.meta.filename)
  expect(script).toMatch(/export\s*\{[^}]*\bas OpenIMSDK\b/)
  expect(script).not.toMatch(/\bimport\b[^(]*\bfrom\b/)
})

test('the package is found under its own name', () => {
  expect(clientScript(folderWith({ 'open-im-sdk': '3.5.2' }))).toBe('the module of 3.5.2')
})

test('another version is passed over', () => {
  expect(clientScript(folderWith({ 'open-im-sdk': '2.3.0' }))).toBeUndefined()
  expect(clientScript(folderWith({ 'open-im-sdk': '2.3.0', oim352: '3.5.2' }))).toBe('the module of 3.5.2')
})

test('where none is installed there is none', () => {
  expect(clientScript(folderWith({}))).toBeUndefined()
})
