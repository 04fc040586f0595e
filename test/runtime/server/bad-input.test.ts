import { describe, expect, it } from 'vitest';
import type { MessageDescriptor } from '../../../src/runtime/shared/descriptor.ts';
import {
  createChannel,
  createMessage,
  createOperation,
  createTextGuard,
  objectOf,
  startChannels,
} from '../../support/channel.ts';
import { connectClient } from '../../support/websocket.ts';

function createTagged(type: string, properties: Readonly<Record<string, object>> = {}): MessageDescriptor {
  const schema = objectOf({ type: { const: type }, id: { type: 'string' }, ...properties });
  return createMessage(type, schema, {
    tag: { path: ['type'], values: [type] },
    constants: { type },
    correlationId: ['id'],
  });
}

const cents = { cents: { type: 'integer', minimum: 1 } };

const auction = createChannel({
  name: 'auction',
  address: '/auctions/{auctionId}',
  parameters: createTextGuard(objectOf({ auctionId: { type: 'string' } })),
  send: [createTagged('bidAccepted'), createTagged('confirm')],
  receive: [createTagged('placeBid', cents), createTagged('confirmed')],
  operations: [
    createOperation('receive', 'placeBid', { reply: ['bidAccepted'] }),
    createOperation('send', 'confirm', { reply: ['confirmed'] }),
  ],
});

const lobby = createChannel({
  name: 'lobby',
  address: '/lobby',
  receive: [createTagged('enter')],
  operations: [createOperation('receive', 'enter')],
});

async function startAuction() {
  const bids: unknown[] = [];
  const started = await startChannels([auction, lobby], {
    placeBid(bid: unknown, { reply }: { readonly reply: Record<string, (content: object) => unknown> }) {
      bids.push(bid);
      return reply.bidAccepted?.({});
    },
    enter() {},
  });
  const client = await connectClient(`${started.url}/auctions/a1`);
  return { ...started, bids, client };
}

const unknownType = '/type must name a message of this channel';

/** What the server sends for one frame; the connection then still answers a valid request. */
const answered: readonly (readonly [what: string, frame: string, code: string, message: string])[] = [
  ['an unknown operation', '{"type":"withdraw","id":"r1"}', 'invalid_request', unknownType],
  ['a message of another channel', '{"type":"enter","id":"r1"}', 'invalid_request', unknownType],
  ['a message that only the server sends', '{"type":"confirm","id":"r1"}', 'invalid_request', unknownType],
  [
    'a request that breaks its schema',
    '{"type":"placeBid","id":"r1","cents":-5}',
    'invalid_request',
    'the message /cents must be >= 1',
  ],
  [
    'a request for another room, which no message can name',
    '{"type":"placeBid","id":"r1","cents":1,"auctionId":"a2"}',
    'invalid_request',
    'the message must NOT have additional properties: unknown property "auctionId"',
  ],
];

/** What closes the connection, because there is no request to answer. */
const closing: readonly (readonly [what: string, frame: string | Buffer, code: number, reason: string])[] = [
  ['an unknown operation without an id', '{"type":"withdraw"}', 4400, unknownType],
  [
    'a request whose id cannot be read',
    '{"type":"placeBid","id":[],"cents":1}',
    4400,
    'the message /id must be string',
  ],
  [
    'an answer to no request',
    '{"type":"confirmed","id":"r1"}',
    4400,
    'no pending request matches the reply confirmed',
  ],
  [
    'an invalid answer',
    '{"type":"confirmed","id":"r1","more":1}',
    4400,
    'the message must NOT have additional properties: unknown property "more"',
  ],
  ['what is not JSON', '{"type":', 4400, 'The text is not valid JSON.'],
  ['JSON that is not an object', '[]', 4400, unknownType],
  ['bytes', Buffer.from('{}'), 1003, 'this channel does not accept binary messages'],
];

describe('a connection', () => {
  it.each(answered)('answers %s with an error and stays open', async (_what, frame, code, message) => {
    const { client, bids, observed } = await startAuction();
    client.webSocket.send(frame);
    client.webSocket.send('{"type":"placeBid","id":"r2","cents":1}');
    expect((await client.take(2)).map((answer) => JSON.parse(answer))).toEqual([
      { type: 'error', id: 'r1', error: { code, message } },
      { type: 'bidAccepted', id: 'r2' },
    ]);
    expect(bids).toEqual([{ type: 'placeBid', id: 'r2', cents: 1 }]);
    expect(observed).toContainEqual(['errorAnswered', 'auction', 'placeBid', code]);
  });

  it.each(closing)('is closed by %s', async (_what, frame, code, reason) => {
    const { client, bids } = await startAuction();
    client.webSocket.send(frame);
    expect(await client.closed).toEqual({ code, reason: expect.stringContaining(reason) });
    expect(client.received).toEqual([]);
    expect(bids).toEqual([]);
  });
});
