import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveParent } from '../child.ts'
import { directClient } from './clients.ts'

/** What the process of the relay is started with. */
export interface RelayOptions {
  readonly devices: readonly string[]
}

// The least that can stand between callers and devices: it reads the number of a text and passes the reply back.
const { devices } = JSON.parse(process.argv[2] ?? '') as RelayOptions
const client = await directClient(devices)
const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => (body += chunk))
  request.on('end', () => {
    void client.send(Number.parseInt(body, 10)).then(answer => response.end(answer.body))
  })
})
server.listen(0, '127.0.0.1', () => {
  serveParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {})
})
