import type { WorkerRequest } from '../service.ts'
import type { RequestFrame } from './frames.ts'
import { gatewayFrameFault } from './read-frame.ts'

/** Methods that change nothing at the upstream. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a request goes in two steps: it may change something, or has a body. */
export function isInTwoSteps({ method, body }: WorkerRequest): boolean {
  return body !== undefined || !safeMethods.has(method)
}

/** A request as a worker gets it. */
export function requestFrameOf(request: WorkerRequest, id: number, timeoutMs: number): RequestFrame {
  const { method, url, headers, cookies, maxBytes } = request
  return {
    type: 'req',
    id,
    method,
    url,
    headers: Object.entries(headers),
    cookies: [...cookies],
    timeoutMs: Math.max(0, Math.floor(timeoutMs)),
    maxBytes,
    redirect: 'manual',
    ...(isInTwoSteps(request) && { body: id })
  }
}

/** Why a request does not fit into a frame, if it does not: a worker would take the frame for a fault of the gateway. */
export function requestFault(request: WorkerRequest): string | undefined {
  return gatewayFrameFault(requestFrameOf(request, 1, 0))
}
