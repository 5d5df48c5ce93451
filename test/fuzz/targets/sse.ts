import { createParser } from 'eventsource-parser'
import type { FastifyRequest } from 'fastify'
import { signed } from '../signed.ts'
import { ApiError } from '../../../src/plugins/api-error/service.ts'
import { encodeBlock } from '../../../src/plugins/sse-hub/encoder.ts'
import { encodeEvent } from '../../../src/plugins/sse-hub/event-text.ts'
import { lastEventIdOf } from '../../../src/plugins/sse-hub/last-event-id.ts'
import { formatPosition, parsePosition } from '../../../src/plugins/sse-hub/position.ts'
import { resume } from '../../../src/plugins/sse-hub/resume.ts'
import { topicFault, topicNames } from '../../../src/plugins/sse-hub/topic-name.ts'
import { isGranted, TopicTokens } from '../../../src/plugins/sse-hub/topic-token.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { parse } from 'fast-querystring'
import { attempt, holds, keepsSecret, partsOf, textsOf, type Target } from '../target.ts'

const id: Target = {
  name: 'sse-id',
  words: ['lastEventId=', 'last_event_id=', 'abcdefgh-1', '-0', '-00', '-999999999999999'],
  prepare: () => input => {
    const [header = '', query = ''] = textsOf(input, 2)
    const request = { headers: { ...(header && { 'last-event-id': header }) }, query: parse(query) }
    const given = lastEventIdOf(request as unknown as FastifyRequest)
    holds(given === undefined || (typeof given === 'string' && given !== ''), 'an id is no text')
    const position = given === undefined ? undefined : parsePosition(given)
    if (position) {
      holds(
        formatPosition(position.epoch, position.seq) === given,
        'an id is another when it is written again'
      )
      // What a hub sends back must be something that it may send.
      holds(encodeBlock({ id: given ?? '' }).startsWith('id: '), 'an id that is read cannot be sent')
    }
    const { seq, recovered, gap, frames } = resume(given, [], { epoch: 'abcdefgh', top: 7 })
    holds(seq >= 0 && seq <= 7 && frames.length === 0, 'it goes on where nothing is yet')
    holds(
      !recovered || (position?.epoch === 'abcdefgh' && position.seq <= 7 && !gap),
      'it recovers what nobody knows'
    )
  }
}

const topics: Target = {
  name: 'sse-topics',
  words: ['topic=', ',', '*', '%2C', '%00', 'user:1'],
  prepare: () => input => {
    const given = input.toString('utf8').split(',')
    const outcome = attempt(() => topicNames(given, 16), ApiError)
    if ('refused' in outcome) return holds(outcome.refused.message.length < 120, 'an error quotes the topics')
    const names = outcome.value
    holds(names.length <= 16 && new Set(names).size === names.length, 'there are too many, or one twice')
    for (const name of names) {
      holds(
        topicFault(name) === undefined &&
          name.length <= 255 &&
          !/[\s,*\0]/.test(name.replaceAll(/[^\0-\u007f]/g, '')),
        'a topic is none'
      )
      holds(encodeEvent({ data: { topic: name } }, 65_536).split('\n').length === 3, 'a topic breaks a line')
    }
  }
}

const encoder: Target = {
  name: 'sse-encoder',
  words: ['\r', '\r\n\r\n', 'data: ', 'id: ', 'event: ', 'retry: ', ': ', '\ufeff'],
  prepare: () => input => {
    const [eventId = '', event = '', data = ''] = textsOf(input, 3)
    const outcome = attempt(
      () => encodeBlock({ data, ...(event && { event }), ...(eventId && { id: eventId }) }),
      TypeError
    )
    if ('refused' in outcome) return keepsSecret(outcome.refused)
    const events: { id?: string | undefined; event?: string | undefined; data: string }[] = []
    const parser = createParser({ onEvent: each => void events.push(each) })
    const text = Buffer.from(`${outcome.value}data: end\n\n`).toString()
    parser.feed(text)
    holds(events.length === 2 && events[1]?.data === 'end', 'one event is read as several')
    const [read] = events
    holds(read?.data === data.replaceAll(/\r\n?/g, '\n'), 'other data arrive')
    holds((read.event ?? '') === event && (read.id ?? '') === eventId, 'another type or id arrives')
  }
}

const tokens: Target = {
  name: 'sse-token',
  words: ['eyJhbGciOiJub25lIn0', 'eyJhbGciOiJIUzI1NiJ9', '.', '..', '=', '-', '_'],
  cost: 3,
  async prepare() {
    const clock = fakeClock(Date.UTC(2026, 0, 1))
    const key = 'a secret of the gateway, 32 bytes'
    const reader = new TopicTokens(key, clock)
    return async input => {
      const [token = ''] = textsOf(input, 1)
      const grant = await reader.read(token)
      if (grant) {
        holds(
          grant.topics.join() === 'news,user:1:*' && grant.principal === '1',
          'a token that nobody has made is good'
        )
        holds(isGranted(grant, 'user:1:x') && !isGranted(grant, 'user:2:x'), 'it grants something else')
      }
      // What a claim says must be what it should be, also where the signature is right.
      const own = await reader.read(await signed(partsOf(input)[1] ?? Buffer.alloc(0), key))
      if (!own) return
      holds(
        own.topics.every(topic => typeof topic === 'string'),
        'a topic is no text'
      )
      holds(Number.isFinite(own.expiresAt) && own.expiresAt > clock.now(), 'a token without an end is good')
    }
  }
}

export const sse: readonly Target[] = [id, topics, encoder, tokens]
