import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type {
  ClientBase,
  ClientChannel,
  Handler,
  SendOptions,
  Stop,
} from '../../../src/runtime/client/index.ts';
import type { Guard } from '../../../src/runtime/shared/guard.ts';
import { guard, isText, message, type NoTypes, nothing, operation } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { openClient } from './open-chat.ts';
import { soon } from './soon.ts';

type Bytes = Uint8Array<ArrayBuffer>;

interface Joined {
  readonly who: string;
}

interface Moved {
  readonly to: number;
}

interface FilesClient extends ClientBase<Bytes | Joined | Moved> {
  readonly on: {
    chunk(handler: Handler<Bytes>): Stop;
    joined(handler: Handler<Joined>): Stop;
    moved(handler: Handler<Moved>): Stop;
  };
  readonly put: {
    upload(content: Bytes, options?: SendOptions): void;
    line(content: string, options?: SendOptions): void;
  };
}

const isShortText: Guard<string> = Object.assign(
  (value: unknown): value is string => typeof value === 'string' && value.length < 20,
  { errors: [{ instancePath: '', keyword: 'maxLength', message: 'is too long', params: {} }] },
);

const isNumber = (value: unknown) => typeof value === 'number';
const bytes = message('chunk', {
  contentType: 'application/octet-stream',
  encoding: 'binary',
  tag: undefined,
});

/** Bytes in both directions, JSON identified by its structure in one, plain text in the other. */
const files: ClientChannel<FilesClient, NoTypes> = {
  ...nothing,
  send: [
    bytes,
    message('joined', { tag: undefined, guard: guard({ who: isText }) }),
    message('moved', { tag: undefined, guard: guard({ to: isNumber }) }),
  ],
  receive: [
    { ...bytes, name: 'upload' },
    message('line', {
      contentType: 'text/plain',
      encoding: 'text',
      tag: undefined,
      guard: isShortText,
    }),
  ],
  operations: [
    operation('send', ['chunk', 'joined', 'moved']),
    operation('receive', ['upload', 'line'], { name: 'put' }),
  ],
};

interface NotesClient extends ClientBase<string> {
  readonly on: { line(handler: Handler<string>): Stop };
  note(content: { readonly meta?: { readonly kind: string }; readonly text: string }): void;
}

/** Plain text in one direction; a tag that the schema does not require in the other. */
const notes: ClientChannel<NotesClient, NoTypes> = {
  ...nothing,
  send: [message('line', { encoding: 'text', tag: undefined, guard: isShortText })],
  receive: [
    message('note', {
      tag: { path: ['meta', 'kind'], values: ['note', 'remark'] },
      guard: guard({ text: isText, meta: () => true }),
    }),
  ],
  operations: [operation('send', ['line']), operation('receive', ['note'])],
};

describe('a client of messages in several encodings', () => {
  it('receives bytes as a Uint8Array and identifies JSON by its structure', async () => {
    const server = await startChatServer();
    const delivered: unknown[] = [];
    openClient(files, {
      url: server.url,
      on: {
        chunk: (chunk) => void delivered.push(chunk),
        joined: ({ who }) => void delivered.push(who),
        moved: ({ to }) => void delivered.push(to),
      },
    });
    const connection = await server.nextConnection();
    connection.send(new Uint8Array([0, 255, 10]));
    connection.send('{"to":3}');
    connection.send('{"who":"Ada"}');
    connection.send(new Uint8Array(0));
    await expect
      .poll(() => delivered, soon)
      .toEqual([new Uint8Array([0, 255, 10]), 3, 'Ada', new Uint8Array()]);
    expect(Object.getPrototypeOf(delivered[0])).toBe(Uint8Array.prototype);
  });

  it('drops JSON that matches no structure', async () => {
    const server = await startChatServer();
    const { errors } = openClient(files, { url: server.url, on: {} });
    (await server.nextConnection()).send('{"who":3}');
    await expect
      .poll(() => errors, soon)
      .toMatchObject([{ code: 'bad_frame', message: expect.stringContaining('chunk, joined, moved') }]);
  });

  it('sends bytes in a binary frame and text unchanged', async () => {
    const server = await startChatServer();
    const { client, reaches } = openClient(files, { url: server.url });
    const connection = await server.nextConnection();
    await reaches('open');
    const frames: unknown[] = [];
    connection.on('message', (data: Buffer, isBinary) => frames.push(isBinary ? [...data] : data.toString()));
    client.put.upload(new Uint8Array([1, 2, 254]));
    client.put.upload(Buffer.from([7]));
    client.put.line('{"not": json');
    await expect.poll(() => frames, soon).toEqual([[1, 2, 254], [7], '{"not": json']);
  });

  it.each([
    ['upload', 'text', 'must be a Uint8Array'],
    ['line', new Uint8Array(1), 'must be a string'],
    ['line', 'x'.repeat(20), 'is too long'],
    ['line', 'half \ud83d', 'lone surrogate'],
  ] as const)('rejects a wrong %s: %j', async (name, value, problem) => {
    const server = await startChatServer();
    const { client, reaches } = openClient(files, { url: server.url });
    await reaches('open');
    expect(() => client.put[name](value as never)).toThrow(
      expect.objectContaining({ code: 'bad_message', message: expect.stringContaining(problem) }),
    );
  });

  it('receives and checks plain text, whatever it looks like', async () => {
    const server = await startChatServer();
    const delivered: string[] = [];
    const { errors } = openClient(notes, {
      url: server.url,
      on: { line: (text) => void delivered.push(text) },
    });
    const connection = await server.nextConnection();
    for (const text of ['hello', '{"a":1}', 'x'.repeat(20), '']) connection.send(text);
    await expect.poll(() => delivered, soon).toEqual(['hello', '{"a":1}', '']);
    expect(errors).toMatchObject([{ code: 'bad_frame', message: expect.stringContaining('too long') }]);
  });

  it('rejects a message without the property that identifies it', async () => {
    const server = await startChatServer();
    const { client, reaches } = openClient(notes, { url: server.url });
    const connection = await server.nextConnection();
    await reaches('open');
    for (const meta of [undefined, {}, { kind: 'post' }]) {
      expect(() => client.note({ text: 'x', meta } as never)).toThrow(
        expect.objectContaining({ code: 'bad_message', message: expect.stringContaining('/meta/kind') }),
      );
    }
    const received = once(connection, 'message');
    client.note({ text: 'x', meta: { kind: 'remark' } });
    expect(String((await received)[0])).toBe('{"text":"x","meta":{"kind":"remark"}}');
  });

  it('receives messages with the names of inherited methods', async () => {
    const server = await startChatServer();
    interface OddClient extends ClientBase<object> {
      readonly on: { toLocaleString(handler: Handler<object>): Stop };
    }
    const channel: ClientChannel<OddClient, NoTypes> = {
      ...nothing,
      send: [message('toLocaleString')],
      operations: [operation('send', ['toLocaleString'])],
    };
    const { client } = openClient(channel, { url: server.url });
    const received: object[] = [];
    client.on.toLocaleString((odd) => void received.push(odd));
    (await server.nextConnection()).send('{"type":"toLocaleString"}');
    await expect.poll(() => received, soon).toEqual([{ type: 'toLocaleString' }]);
  });
});
