#!/usr/bin/env node
// What npm links to: it is there, and may be run, before the first build and after each.
import { existsSync } from 'node:fs'

const program = new URL('../dist/plugins/sign-simulator/main.js', import.meta.url)
if (existsSync(program)) await import(program.href)
else {
  process.stderr.write('paifang-sign-simulator is not built yet: run npm run build\n')
  process.exitCode = 1
}
