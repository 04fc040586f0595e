import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { ClientChannel } from '../../../src/runtime/client/index.ts';
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

interface FilesTypes extends Omit<NoTypes, 'receives' | 'sends'> {
  readonly receives: { readonly chunk: Bytes; readonly joined: Joined; readonly moved: Moved };
  readonly sends: { readonly upload: Bytes; readonly line: string };
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

/** Bytes both ways; JSON that its structure tells apart one way, plain text the other. */
const files: ClientChannel<FilesTypes> = {
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
  operations: [operation('send', ['chunk', 'joined', 'moved']), operation('receive', ['upload', 'line'])],
};

interface NotesTypes extends Omit<NoTypes, 'receives' | 'sends'> {
  readonly receives: { readonly line: string };
  readonly sends: { readonly note: { readonly meta?: { readonly kind: string }; readonly text: string } };
}

/** Plain text one way; a tag that the schema does not require the other. */
const notes: ClientChannel<NotesTypes> = {
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

describe('a client', () => {
  it('receives bytes as a Uint8Array, and JSON by its structure', async () => {
    const server = await startChatServer();
    const told: unknown[] = [];
    openClient(files, {
      url: server.url,
      on: {
        chunk: (chunk) => void told.push(chunk),
        joined: ({ who }) => void told.push(who),
        moved: ({ to }) => void told.push(to),
      },
    });
    const connection = await server.nextConnection();
    connection.send(new Uint8Array([0, 255, 10]));
    connection.send('{"to":3}');
    connection.send('{"who":"Ada"}');
    connection.send(new Uint8Array(0));
    await expect.poll(() => told, soon).toEqual([new Uint8Array([0, 255, 10]), 3, 'Ada', new Uint8Array()]);
    expect(Object.getPrototypeOf(told[0])).toBe(Uint8Array.prototype);
  });

  it('drops JSON that fits none of the structures', async () => {
    const server = await startChatServer();
    const { errors } = openClient(files, { url: server.url, on: {} });
    (await server.nextConnection()).send('{"who":3}');
    await expect
      .poll(() => errors, soon)
      .toMatchObject([{ code: 'bad_frame', message: expect.stringContaining('chunk, joined, moved') }]);
  });

  it('sends bytes in a binary frame, and text as it is', async () => {
    const server = await startChatServer();
    const { client, reaches } = openClient(files, { url: server.url });
    const connection = await server.nextConnection();
    await reaches('open');
    const frames: unknown[] = [];
    connection.on('message', (data: Buffer, isBinary) => frames.push(isBinary ? [...data] : data.toString()));
    client.send('upload', new Uint8Array([1, 2, 254]));
    client.send('upload', Buffer.from([7]));
    client.send('line', '{"not": json');
    await expect.poll(() => frames, soon).toEqual([[1, 2, 254], [7], '{"not": json']);
  });

  it.each([
    ['upload', 'text', 'no Uint8Array'],
    ['line', new Uint8Array(1), 'no text'],
    ['line', 'x'.repeat(20), 'is too long'],
    ['line', 'half \ud83d', 'half a surrogate pair'],
  ] as const)('sends no %s that is something else: %j', async (name, value, problem) => {
    const server = await startChatServer();
    const { client, reaches } = openClient(files, { url: server.url });
    await reaches('open');
    expect(() => client.send(name, value as never)).toThrow(
      expect.objectContaining({ code: 'bad_message', message: expect.stringContaining(problem) }),
    );
  });

  it('receives plain text, checked, whatever it looks like', async () => {
    const server = await startChatServer();
    const told: string[] = [];
    const { errors } = openClient(notes, { url: server.url, on: { line: (line) => void told.push(line) } });
    const connection = await server.nextConnection();
    for (const line of ['hello', '{"a":1}', 'x'.repeat(20), '']) connection.send(line);
    await expect.poll(() => told, soon).toEqual(['hello', '{"a":1}', '']);
    expect(errors).toMatchObject([{ code: 'bad_frame', message: expect.stringContaining('too long') }]);
  });

  it('sends no message without what tells it from others', async () => {
    const server = await startChatServer();
    const { client, reaches } = openClient(notes, { url: server.url });
    const connection = await server.nextConnection();
    await reaches('open');
    for (const meta of [undefined, {}, { kind: 'post' }]) {
      expect(() => client.send('note', { text: 'x', meta } as never)).toThrow(
        expect.objectContaining({ code: 'bad_message', message: expect.stringContaining('/meta/kind') }),
      );
    }
    const received = once(connection, 'message');
    client.send('note', { text: 'x', meta: { kind: 'remark' } });
    expect(String((await received)[0])).toBe('{"text":"x","meta":{"kind":"remark"}}');
  });

  it('gives a handler no message that is called like something that every object has', async () => {
    const server = await startChatServer();
    const channel: ClientChannel<Omit<NoTypes, 'receives'> & { receives: { __defineGetter__: object } }> = {
      ...nothing,
      send: [message('__defineGetter__')],
      operations: [operation('send', ['__defineGetter__'])],
    };
    const { errors, client } = openClient(channel, { url: server.url, on: {} });
    const connection = await server.nextConnection();
    connection.send('{"type":"__defineGetter__"}');
    connection.close(1000);
    await client.closed;
    expect(errors).toEqual([]);
  });
});
