import { serveParent } from '../child.ts'
import { keys } from './value.ts'
import { ways, type Read, type WayName } from './ways.ts'

// One way of reading, in a process of its own.
const { way, blockMs } = JSON.parse(process.argv[2] ?? '') as { way: WayName; blockMs: number }
const batch = 1_000
const read = await ways[way]()
for (const key of keys) await read(key)

/** CPU microseconds of this process, garbage collection included, for a read of a value that is there. */
async function block(toRead: Read): Promise<number> {
  const ends = performance.now() + blockMs
  const before = process.cpuUsage()
  let reads = 0
  while (performance.now() < ends) {
    for (let at = 0; at < batch; at++) await toRead(keys[(reads + at) % keys.length] ?? '')
    reads += batch
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / reads
}

serveParent('ready', { block: () => block(read) })
