import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

type Value = { readonly stringValue?: string; readonly intValue?: number; readonly boolValue?: boolean }
interface Attribute {
  readonly key: string
  readonly value: Value
}

/** A span as it came, attributes by name. */
export interface ReceivedSpan {
  readonly name: string
  readonly kind: number
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  /** Milliseconds. */
  readonly took: number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events: readonly {
    readonly name: string
    readonly attributes: Readonly<Record<string, unknown>>
  }[]
  /** 2: it has failed. */
  readonly status: number | undefined
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<ReceivedSpan, 'attributes' | 'events' | 'status'> & {
        readonly attributes: readonly Attribute[]
        readonly events: readonly { readonly name: string; readonly attributes: readonly Attribute[] }[]
        readonly startTimeUnixNano: string
        readonly endTimeUnixNano: string
        readonly status?: { readonly code?: number }
      })[]
    }[]
  }[]
}

/** A server that takes traces as a collector does, in JSON over HTTP. Hold it with `await using`. */
export async function startReceiver(status = 200) {
  const bodies: string[] = []
  const paths: (string | undefined)[] = []
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    bodies.push(await text(request))
    paths.push(request.url)
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  }
  const server = createServer((request, response) => void take(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    paths,
    spans: (): ReceivedSpan[] => bodies.flatMap(body => spansIn(JSON.parse(body) as Sent)),
    resources: () =>
      bodies.flatMap(body =>
        (JSON.parse(body) as Sent).resourceSpans.map(({ resource }) => named(resource.attributes))
      ),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}

function spansIn({ resourceSpans }: Sent): ReceivedSpan[] {
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(each => each.spans))
  return spans.map(({ startTimeUnixNano, endTimeUnixNano, attributes, events, status, ...span }) => ({
    name: span.name,
    kind: span.kind,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId || undefined,
    took: Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6,
    attributes: named(attributes),
    events: events.map(event => ({ name: event.name, attributes: named(event.attributes) })),
    status: status?.code
  }))
}

function named(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
