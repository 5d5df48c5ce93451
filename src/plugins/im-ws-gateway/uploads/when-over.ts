import type { FastifyReply, FastifyRequest } from 'fastify'

/** Whether nobody waits for the answer any more. */
export function isOver({ raw: { socket } }: FastifyRequest, { raw: response }: FastifyReply): boolean {
  return response.closed || response.destroyed || socket.destroyed
}

/** Runs `task` once, when the answer has been sent or never will be; at once if that is so already. */
export function whenOver(request: FastifyRequest, reply: FastifyReply, task: () => void): void {
  const { socket } = request.raw
  const response = reply.raw
  const over = (): void => {
    response.off('close', over)
    socket.off('close', over)
    task()
  }
  if (isOver(request, reply)) return task()
  response.once('close', over)
  // A request that was sent before the answer to the one before gets its turn on the socket later, or never.
  if (!response.socket) socket.once('close', over)
}
