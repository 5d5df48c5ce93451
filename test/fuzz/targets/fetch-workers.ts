import { chunkFrame, readChunk } from '../../../src/plugins/fetch-workers/protocol/body-chunk.ts'
import {
  FrameFault,
  gatewayFrameFault,
  readGatewayFrame,
  readWorkerFrame,
  workerFrameFault
} from '../../../src/plugins/fetch-workers/protocol/read-frame.ts'
import { attempt, holds, keepsSecret, type Target, isSame } from '../target.ts'

const control: Target = {
  name: 'worker-frame',
  words: [
    '"type":"res"',
    '"type":"err"',
    '"id":1',
    '"headers":[["a","b"]]',
    '"setCookies":[]',
    '"__proto__":{}'
  ],
  maxBytes: 200_000,
  prepare: () => input => {
    const sides = [
      [readWorkerFrame, workerFrameFault],
      [readGatewayFrame, gatewayFrameFault]
    ] as const
    for (const [read, faultOf] of sides) {
      const outcome = attempt(() => read(input) as object, FrameFault)
      if ('refused' in outcome) {
        keepsSecret(outcome.refused)
        holds(outcome.refused.message.length <= 128, 'a fault quotes the frame')
        continue
      }
      const frame = outcome.value
      holds(input.length <= 131_072, 'a frame above the limit is read')
      holds(faultOf(frame) === undefined, 'what was read could not be sent')
      holds(isSame(read(Buffer.from(JSON.stringify(frame))), frame), 'it changes when it is sent on')
    }
  }
}

const chunk: Target = {
  name: 'worker-chunk',
  maxBytes: 70_000,
  prepare: () => input => {
    const outcome = attempt(() => readChunk(input), FrameFault)
    if ('refused' in outcome) return
    const { stream, last, payload } = outcome.value
    holds(payload.length <= 65_536, 'a chunk above the limit is read')
    holds(chunkFrame(stream, payload, last).equals(input), 'what was read cannot be written')
  }
}

export const fetchWorkers: readonly Target[] = [control, chunk]
