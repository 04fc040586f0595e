import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../../../../src/runtime/log/event.ts';
import { parseBrokerUrl } from '../../../../src/runtime/log/hints/broker-url.ts';
import { hintFormat } from '../../../../src/runtime/log/hints/hint-format.ts';

interface EventsDocument {
  readonly channels: {
    readonly hints: {
      readonly address: string;
      readonly bindings: {
        readonly amqp: { readonly exchange: { readonly name: string } };
        readonly kafka: { readonly topic: string };
      };
    };
  };
  readonly components: {
    readonly messages: {
      readonly hint: { readonly examples: readonly { readonly payload: { readonly epoch: string } }[] };
    };
  };
}

const path = join(import.meta.dirname, '../../../../docs/events.asyncapi.json');
const document = JSON.parse(readFileSync(path, 'utf8')) as EventsDocument;
const { channels, components } = document;
const examples = components.messages.hint.examples.map(({ payload }) => payload);
const matchesDocument = new Ajv({ strict: false, allErrors: true })
  .addSchema(document, 'events')
  .compile({ $ref: 'events#/components/schemas/Hint' });

const epoch = '6f1c9c1e-2a54-4f0e-9a52-0d3a4f3f6a01';
const node = 'b0a6a1de-7c55-4c3c-8a44-5b0d5d3c9f11';
const valid = { version: 2, epoch, node, headSeq: 1, events: [] };

const appended = { mark: 3_107_941_627, createdAtMs: 5, topic: 'ann' };
const message = {
  ...appended,
  channel: 'news',
  message: 'article',
  also: ['bob'],
  entity: 'a',
  revises: null,
};
const events: readonly LogEvent[] = [
  { kind: 'message', seq: 5, ...message, payload: '{"text":"\u00e9"}' },
  { kind: 'revise', seq: 6, ...message, message: null, payload: '{}', revises: 'article' },
  { kind: 'redact', seq: 7, ...message, channel: null, message: null, entity: 'a', payload: null },
  { kind: 'join', seq: 8, ...appended, user: 'bob' },
  { kind: 'leave', seq: 9, ...appended, mark: 0, user: 'bob' },
  { kind: 'revoke', seq: 10, ...appended, payload: '{"id":"r"}' },
];

function decode(value: unknown): unknown {
  return hintFormat.decode(epoch, Buffer.from(JSON.stringify(value)));
}

describe('a hint', () => {
  it('is published where docs/events.asyncapi.json says', () => {
    const { topic } = parseBrokerUrl('nats://localhost');
    const { address, bindings } = channels.hints;
    expect([address, bindings.amqp.exchange.name, bindings.kafka.topic]).toEqual([topic, topic, topic]);
  });

  it.each(examples)('is decoded like the example in the document, $headSeq', (example) => {
    expect(matchesDocument(example)).toBe(true);
    expect(hintFormat.decode(example.epoch, Buffer.from(JSON.stringify(example)))).toEqual(example);
  });

  it('is encoded as the document says, and decoded to the same events', () => {
    const bytes = hintFormat.encode(epoch, node, { headSeq: 10, events });
    expect(matchesDocument(JSON.parse(bytes.toString()))).toBe(true);
    expect(hintFormat.decode(epoch, bytes)).toEqual({ version: 2, epoch, node, headSeq: 10, events });
  });

  it('may have properties of a later server', () => {
    const later = { ...valid, more: true, events: [{ ...events[3], more: true }] };
    expect(decode(later)).toEqual(later);
    expect(matchesDocument(later)).toBe(true);
  });

  it('contains no event of an unknown kind, only its seq', () => {
    expect(
      hintFormat.sizeOf({ kind: 'unknown', seq: 1, mark: 1, createdAtMs: 0, name: 'poll', requires: null }),
    ).toBeNull();
  });

  it('is as large as the texts that an event may have', () => {
    const [first] = events;
    if (first?.kind !== 'message') throw new Error('not a message');
    const { length } = JSON.stringify(first.also);
    expect(hintFormat.sizeOf({ ...first, payload: '12345', entity: '123' })).toBe(length + 8);
    expect(hintFormat.sizeOf({ ...first, payload: null, entity: null })).toBe(length);
    expect(hintFormat.sizeOf({ kind: 'join', seq: 8, ...appended, topic: '1234', user: '123' })).toBe(7);
  });

  it.each(events)('is larger than the text of its event, $kind', (event) => {
    const { length } = hintFormat.encode(epoch, node, { headSeq: 9, events: [event] });
    expect(hintFormat.sizeOf(event)).toBeLessThan(length);
    expect(hintFormat.sizeOf(event)).toBeGreaterThan(0);
  });

  it.each([
    ['foreign', null],
    ['foreign', []],
    ['foreign', { version: 3 }],
    ['foreign', { version: '3', epoch }],
    ['foreign', { ...valid, version: 1 }],
    ['foreign', { ...valid, headSeq: -1 }],
    ['foreign', { ...valid, events: [null] }],
    ['foreign', { ...valid, events: [{ ...events[3], kind: 'like' }] }],
    ['foreign', { ...valid, events: [{ ...events[3], mark: 1.5 }] }],
    ['foreign', { ...valid, events: [{ ...events[3], user: 5 }] }],
    ['foreign', { ...valid, events: [{ ...events[0], also: [5] }] }],
    ['foreign', { ...valid, events: [{ ...events[0], payload: {} }] }],
    ['newer_version', { version: 3, epoch: node }],
    ['newer_version', { version: 4, epoch, events: 'all' }],
    ['other_epoch', { ...valid, epoch: node }],
  ])('is rejected as %s: %j', (reason, value) => {
    expect(decode(value)).toBe(reason);
    expect(matchesDocument(value)).toBe(reason === 'other_epoch');
  });

  it.each([
    ...Object.keys(valid).map((name) => [name, valid] as const),
    ...events.flatMap((event) => Object.keys(event).map((name) => [name, event] as const)),
  ])('is rejected as foreign without a valid %s: %j', (name, whole) => {
    for (const wrong of [undefined, true, -1, 1.5, {}, [1]]) {
      const changed = { ...whole, [name]: wrong };
      expect(decode(whole === valid ? changed : { ...valid, events: [events[0], changed] })).toBe('foreign');
    }
  });

  it('is rejected if it is not JSON, or too large', () => {
    expect(hintFormat.decode(epoch, Buffer.from('{'))).toBe('foreign');
    expect(hintFormat.decode(epoch, Buffer.of(0xff, 0xfe))).toBe('foreign');
    const large = JSON.stringify(valid);
    expect(hintFormat.decode(epoch, Buffer.from(large.padEnd(2 ** 20)))).toEqual(valid);
    expect(hintFormat.decode(epoch, Buffer.from(large.padEnd(2 ** 20 + 1)))).toBe('foreign');
  });
});
