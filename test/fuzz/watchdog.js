// Ends a run that hangs in one input: no timer of the thread that hangs would ever fire. It is JavaScript because Node 20
// starts no thread from TypeScript.
import { writeFileSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

/** @type {{ readonly shared: SharedArrayBuffer, readonly limitMs: number, readonly file: string }} */
const { shared, limitMs, file } = workerData
const [turn, length] = [new Int32Array(shared, 0, 1), new Int32Array(shared, 4, 1)]
const input = new Uint8Array(shared, 8)
let last = -1

setInterval(() => {
  const now = Atomics.load(turn, 0)
  if (now !== last || now === 0) {
    last = now
    return
  }
  writeFileSync(file, input.slice(0, Atomics.load(length, 0)))
  process.stderr.write(`\nan input takes more than ${limitMs} ms; it is in ${file}\n`)
  process.kill(process.pid, 'SIGKILL')
}, limitMs)
