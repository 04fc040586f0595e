import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { decodeMessage } from '../../src/runtime/client/message-codec.ts';
import type { ChannelDescriptor } from '../../src/runtime/shared/descriptor.ts';
import { msgpack } from '../../src/runtime/shared/msgpack.ts';
import { prepareProject, tempFolder } from '../scripts/generator.ts';
import { startContractServer } from '../support/contract-server.ts';
import { type CorpusDocument, generateDocument } from './document.ts';

const project = tempFolder();
let document: CorpusDocument;

beforeAll(async () => {
  prepareProject(project);
  document = await generateDocument('test/corpus/documents/msgpack.yaml', project, 'msgpack');
});

/** The close code and reason after a frame, or the frame that the server answers with. */
async function outcomeOf(frame: string | Uint8Array): Promise<unknown> {
  const { url } = await startContractServer(document.contract, {
    market: { place: { order() {}, cancel() {} }, ask() {} },
    sensor: { measure() {} },
  });
  const socket = new WebSocket(`${url}/market`);
  await once(socket, 'open');
  const closed = once(socket, 'close').then(([code, reason]) => [code, String(reason)]);
  const answered = once(socket, 'message').then(([data, isBinary]) => [isBinary, JSON.parse(String(data))]);
  socket.send(frame);
  const outcome = await Promise.race([closed, answered]);
  socket.terminate();
  return outcome;
}

describe('a server of messages in MessagePack', () => {
  it.each([
    ['malformed bytes', Uint8Array.of(0x82, 0xa1), [4400, expect.stringContaining('not valid MessagePack')]],
    ['a value that JSON does not have', Uint8Array.of(0xc4, 0x00), [4400, expect.stringContaining('bytes')]],
    ['an unknown message', msgpack.encode({ op: 'later' }), [4400, expect.stringContaining('/op')]],
    [
      'an invalid message',
      msgpack.encode({ op: 'order', side: 1 }),
      [4400, expect.stringContaining('/side')],
    ],
    ['text', '{"op":"cancel"}', [1003, expect.anything()]],
  ])('closes a connection that sends %s', async (_title, frame, expected) => {
    expect(await outcomeOf(frame)).toEqual(expected);
  });

  it('answers an invalid request with an error in JSON', async () => {
    expect(await outcomeOf(msgpack.encode({ op: 'ask', id: 'q-2', symbol: '' }))).toEqual([
      false,
      { op: 'error', id: 'q-2', error: expect.objectContaining({ code: 'invalid_request' }) },
    ]);
  });
});

describe('a client of messages in MessagePack', () => {
  it.each([
    [
      'a message',
      msgpack.encode({ op: 'quote', bid: 2 }),
      { name: 'quote', message: { op: 'quote', bid: 2 } },
    ],
    ['an unknown message', msgpack.encode({ op: 'later' }), { unknown: { op: 'later' } }],
    ['JSON', '{"text":"hi"}', { name: 'notice', message: { text: 'hi' } }],
    [
      'malformed bytes',
      Uint8Array.of(0xc1),
      expect.objectContaining({
        error: expect.objectContaining({ message: 'The message is not MessagePack.' }),
      }),
    ],
  ])('reads %s', (_title, frame, expected) => {
    expect(decodeMessage(document.clientChannels.market as ChannelDescriptor, frame)).toEqual(expected);
  });
});

describe('generation', () => {
  it.each([
    [
      'bytes in the same direction',
      {},
      'application/octet-stream',
      /bytes cannot be told from message `packed`/,
    ],
    [
      'durable messages',
      { 'x-delivery': { messages: ['packed'], audience: 'everyone' } },
      'application/json',
      /need JSON/,
    ],
  ])('refuses MessagePack with %s', async (_title, extension, contentType, problem) => {
    const file = join(tempFolder(), 'contract.json');
    const payload = { type: 'object', properties: { type: { const: 'packed' } }, required: ['type'] };
    const contract = {
      asyncapi: '3.0.0',
      info: { title: 'Mixed', version: '1.0.0' },
      servers: {
        main: { host: 'localhost', protocol: 'ws', security: [{ type: 'http', scheme: 'bearer' }] },
      },
      channels: {
        mixed: {
          address: '/mixed',
          messages: { packed: { contentType: 'application/msgpack', payload }, other: { contentType } },
          ...extension,
        },
      },
      operations: { tell: { action: 'send', channel: { $ref: '#/channels/mixed' } } },
    };
    writeFileSync(file, JSON.stringify(contract));
    await expect(loadAsyncapi(file, { allowRemote: false, strict: false })).rejects.toThrow(problem);
  });
});
