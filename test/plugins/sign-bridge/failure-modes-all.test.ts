import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** What can go wrong between a caller and a card. The tests that show what happens then begin with its number. */
const failureModes = [
  'the device is absent at the start',
  'the connection ends before the frame is handed to the socket',
  'the connection ends after the frame was sent',
  'the handshake is missing',
  'the handshake is wrong',
  'garbage, a binary frame, or JSON that is no object',
  'a reply with a foreign id or method',
  'a reply after the timeout',
  'a reply that comes twice',
  'a reply without an id',
  'a status other than 00',
  'a refusal: Result is false',
  'a Result that is no boolean',
  'no Data, or Data that holds no signature',
  'Data without the serial of the certificate',
  'Data with more than a signature and a serial',
  'another certificate than the pinned one',
  'a signature that does not verify',
  'a connection that is half-open',
  'a wrong PIN',
  'a locked card',
  'a slow device',
  'a full queue, or a wait beyond the deadline',
  'a deadline that passes in the queue',
  'a caller that goes away',
  'the shutdown of the gateway',
  'a body, text or frame that is too large',
  'a message that cannot be opened, or holds something else than it should',
  'a request that comes again',
  'a host that slept, or whose clock was set',
  'a control that was restarted, moved, or has a certificate that does not fit',
  'a failed reader: 50070, 50200',
  'a certificate near its end',
  'two gateways, or another program, on one card',
  'lone surrogates, NUL, a byte order mark or CRLF in the text',
  'members named like prototypes, or twice',
  'an answer that cannot be sealed',
  'a hook, listener or audit trail that fails',
  'many devices that reconnect at once',
  'a PIN in a log, an error or a metric'
]

const folders = ['test/plugins/sign-bridge', 'test/e2e']
const sources = folders.flatMap(folder =>
  readdirSync(folder)
    .filter(name => name.endsWith('.test.ts'))
    .map(name => readFileSync(`${folder}/${name}`, 'utf8'))
)
/** A test or one of the rows of a table of tests: a text that begins with numbers, a colon and a word. */
const named = sources.flatMap(source => [...source.matchAll(/['`]((?:\d+, )*\d+): [^\s'`]/g)])
const numbers = new Set(named.flatMap(([, list = '']) => list.split(', ')).map(Number))

test('there are forty failure modes', () => expect(failureModes).toHaveLength(40))

test.each(failureModes.map((mode, index) => [index + 1, mode] as const))(
  'failure mode %i has a test of that number: %s',
  number => expect(numbers).toContain(number)
)

test('no test has the number of a failure mode that is not there', () => {
  expect([...numbers].filter(number => number < 1 || number > failureModes.length)).toEqual([])
})
