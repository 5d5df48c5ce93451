import { expect, test } from 'vitest'
import { failureLines } from '../../../src/cli/repl/failure-lines.ts'

test('of the log only failures are shown, with what caused them and where', () => {
  let shown = ''
  const log = failureLines({ write: text => (shown += text) })
  log.write('{"level":30,"msg":"request"}\n')
  expect(shown).toBe('')
  log.write('{"level":50,"msg":"request failed","err":{"stack":"Error: no\\n    at handler"}}\n')
  log.write('{"level":60,"msg":"ended"}\n')
  log.write(
    '{"level":50,"msg":"Internal","causes":[{"name":"TypeError","message":"no"},{}],"at":["at x","at y"]}\n'
  )
  expect(shown).toBe(
    'request failed\nError: no\n    at handler\nended\nInternal\nTypeError: no\nError: \n    at x\n    at y\n'
  )
})
