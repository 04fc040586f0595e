import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hintFormat } from '../../../src/feed-server/feed/hint-format.ts';
import { parseBrokerUrl } from '../../../src/runtime/log/hints/broker-url.ts';

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

const path = join(import.meta.dirname, '../../../docs/events.asyncapi.json');
const { channels, components } = JSON.parse(readFileSync(path, 'utf8')) as EventsDocument;
const examples = components.messages.hint.examples.map(({ payload }) => payload);

const epoch = '6f1c9c1e-2a54-4f0e-9a52-0d3a4f3f6a01';
const node = 'b0a6a1de-7c55-4c3c-8a44-5b0d5d3c9f11';

function decode(message: unknown): unknown {
  return hintFormat.decode(epoch, Buffer.from(JSON.stringify(message)));
}

describe('a hint', () => {
  it('is published where docs/events.asyncapi.json says', () => {
    const { topic } = parseBrokerUrl('nats://localhost');
    const { address, bindings } = channels.hints;
    expect([address, bindings.amqp.exchange.name, bindings.kafka.topic]).toEqual([topic, topic, topic]);
  });

  it.each(examples)('is decoded like the example in the document, $headSeq', (example) => {
    expect(hintFormat.decode(example.epoch, Buffer.from(JSON.stringify(example)))).toEqual(example);
  });

  it('is decoded as it was encoded', () => {
    const at = { createdAtMs: 5, user: node, friend: epoch };
    const hint = {
      headSeq: 9,
      events: [
        { kind: 'post', seq: 7, createdAtMs: 5, author: node, postId: epoch, text: '' },
        { kind: 'friend-set', seq: 8, ...at },
        { kind: 'friend-deleted', seq: 9, ...at },
      ] as const,
    };
    const bytes = hintFormat.encode(epoch, node, { ...hint, events: [...hint.events] });
    expect(hintFormat.decode(epoch, bytes)).toEqual({ version: 1, epoch, node, ...hint });
  });

  it.each([
    ['foreign', null],
    ['foreign', []],
    ['foreign', { version: 2 }],
    ['foreign', { version: '2', epoch }],
    ['foreign', { version: 1, epoch, node, headSeq: -1, events: [] }],
    ['foreign', { version: 1, epoch, node, headSeq: 1, events: [{ kind: 'like', seq: 1 }] }],
    ['foreign', { version: 1, epoch, node, headSeq: 1, events: [], more: true }],
    ['newer_version', { version: 2, epoch: node }],
    ['newer_version', { version: 3, epoch, events: 'all' }],
    ['other_epoch', { version: 1, epoch: node, node, headSeq: 1, events: [] }],
  ])('is rejected as %s: %j', (reason, message) => {
    expect(decode(message)).toBe(reason);
  });

  it('is rejected if it is not JSON, or too large', () => {
    expect(hintFormat.decode(epoch, Buffer.from('{'))).toBe('foreign');
    expect(hintFormat.decode(epoch, Buffer.of(0xff, 0xfe))).toBe('foreign');
    const large = JSON.stringify({ version: 1, epoch, node, headSeq: 1, events: [] });
    expect(hintFormat.decode(epoch, Buffer.from(large + ' '.repeat(2 ** 20)))).toBe('foreign');
  });
});
