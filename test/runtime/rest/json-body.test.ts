import { describe, expect, it } from 'vitest';
import { handlers } from './operations.ts';
import { answerOf, connectRaw, parseResponse, startRest } from './rest-server.ts';

const json = 'application/json';
const tooLarge = 'too_large: The body must not be larger than 1000 bytes.';
const notJson = 'unsupported_media_type: The body must have Content-Type: application/json.';
const notUtf8 = 'unsupported_media_type: The charset of the body must be utf-8.';

interface Row {
  readonly what: string;
  readonly type?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly status: number;
  readonly answer: unknown;
}

const bodies: readonly Row[] = [
  { what: 'valid JSON', body: '{"text":"hi"}', status: 200, answer: 'hi' },
  { what: 'valid JSON without Content-Type', type: null, body: '{"text":"hi"}', status: 200, answer: 'hi' },
  {
    what: 'valid JSON with Content-Type in other spelling',
    type: 'Application/JSON ; Charset="UTF-8"',
    body: '{"text":"hi"}',
    status: 200,
    answer: 'hi',
  },
  {
    what: 'valid JSON with other parameters of Content-Type',
    type: 'application/json; odata=verbose',
    body: '{"text":"hi"}',
    status: 200,
    answer: 'hi',
  },
  {
    what: 'a form',
    type: 'application/x-www-form-urlencoded',
    body: 'text=hi',
    status: 415,
    answer: notJson,
  },
  {
    what: 'plain text',
    type: 'text/plain;charset=UTF-8',
    body: '{"text":"hi"}',
    status: 415,
    answer: notJson,
  },
  {
    what: 'a media type with the same prefix',
    type: 'application/json-seq',
    body: '{"text":"hi"}',
    status: 415,
    answer: notJson,
  },
  {
    what: 'a charset of Latin-1',
    type: 'application/json; charset=iso-8859-1',
    body: '{"text":"hi"}',
    status: 415,
    answer: notUtf8,
  },
  {
    what: 'a Content-Encoding of gzip',
    headers: { 'Content-Encoding': 'gzip' },
    body: 'x',
    status: 415,
    answer: 'unsupported_media_type: The body must not have a Content-Encoding.',
  },
  {
    what: 'an empty body',
    body: '',
    status: 400,
    answer: 'invalid_request: The body is missing: this operation expects JSON.',
  },
  {
    what: 'an incomplete object',
    body: '{"text":',
    status: 400,
    answer: 'invalid_request: The text is not valid JSON.',
  },
  {
    what: 'invalid UTF-8',
    body: Uint8Array.of(0x22, 0xff, 0x22),
    status: 400,
    answer: 'invalid_request: The text is not valid UTF-8.',
  },
  {
    what: 'U+0000',
    body: '{"text":"\\u0000"}',
    status: 200,
    answer: '\0',
  },
  {
    what: 'a property of the wrong type',
    body: '{"text":1}',
    status: 400,
    answer: 'invalid_request: body /text must be string',
  },
  { what: 'an array', body: '[]', status: 400, answer: 'invalid_request: body must be object' },
  { what: 'null', body: 'null', status: 400, answer: 'invalid_request: body must be object' },
  {
    what: 'an empty text',
    body: '{"text":""}',
    status: 400,
    answer: 'invalid_request: body /text must NOT have fewer than 1 characters',
  },
  {
    what: 'a long text',
    body: '{"text":"12345678901"}',
    status: 400,
    answer: 'invalid_request: body /text must NOT have more than 10 characters',
  },
  {
    what: 'a missing property',
    body: '{}',
    status: 400,
    answer: "invalid_request: body must have required property 'text'",
  },
  {
    what: 'an unknown property',
    body: '{"text":"hi","x":1}',
    status: 400,
    answer: 'invalid_request: body must NOT have additional properties: unknown property "x"',
  },
  {
    what: 'a property named __proto__',
    body: '{"text":"hi","__proto__":{}}',
    status: 400,
    answer: 'invalid_request: body must NOT have additional properties: unknown property "__proto__"',
  },
  { what: 'a body of the largest size', body: `{"text":"hi"}${' '.repeat(987)}`, status: 200, answer: 'hi' },
  {
    what: 'a body that is one byte too large',
    body: `{"text":"hi"}${' '.repeat(988)}`,
    status: 413,
    answer: tooLarge,
  },
  { what: 'a body of 1 MB', body: `{"text":"${'x'.repeat(1_000_000)}"}`, status: 413, answer: tooLarge },
  // Its client still sends when it is answered, and must be able to read the response.
  { what: 'a body of 20 MB', body: 'x'.repeat(20_000_000), status: 413, answer: tooLarge },
];

describe('a request body', () => {
  it.each(bodies)(
    'with $what gets status $status',
    async ({ type = json, headers = {}, body, status, answer }) => {
      const { url } = await startRest();
      const response = await fetch(`${url}/note/create`, {
        method: 'POST',
        // Bytes, because fetch would declare a string as text/plain.
        body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
        headers: { ...(type === null ? {} : { 'Content-Type': type }), ...headers },
      });
      expect(await answerOf(response)).toEqual([status, answer]);
    },
  );

  it('is counted and does not reach the handler if it is refused', async () => {
    let calls = 0;
    const { url, invalid, completed } = await startRest({
      handlers: {
        createNote: (...args) => {
          calls += 1;
          return handlers.createNote(...args);
        },
      },
    });
    const body = '{"text":""}';
    await fetch(`${url}/note/create`, { method: 'POST', body, headers: { 'Content-Type': json } });
    expect(calls).toBe(0);
    expect(invalid).toEqual([['createNote', 'request']]);
    expect(completed).toEqual([['createNote', 400]]);
  });

  it('in chunks is refused as soon as it is too large, and the connection is closed', async () => {
    const { port } = await startRest();
    const client = await connectRaw(port);
    client.send('POST /note/create HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (let sent = 0; sent < 20; sent += 1) client.send(`64\r\n${' '.repeat(100)}\r\n`);
    // The last chunk is never sent.
    expect(await answerOf(parseResponse(await client.end))).toEqual([413, tooLarge]);
  });

  it.each([
    ['in one piece', 'Content-Length: 5000000\r\n\r\n', ''],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n4c4b40\r\n', '\r\n0\r\n\r\n'],
  ])('of 5 MB %s gets 413 if its client reads after it has sent everything', async (_, start, end) => {
    const { port } = await startRest();
    const client = await connectRaw(port);
    const { socket } = client;
    socket.pause();
    socket.write(`POST /note/create HTTP/1.1\r\nHost: a\r\n${start}`);
    const failure = await new Promise((resolve) => {
      socket.write(Buffer.alloc(5_000_000, ' '), () => socket.write(end, resolve));
    });
    expect(failure ?? null).toBeNull();
    socket.resume();
    expect(await answerOf(parseResponse(await client.until(/\}$/)))).toEqual([413, tooLarge]);
  });

  it('that arrives slowly and never ends gets 413 once it is too large', async () => {
    const { url } = await startRest();
    const body = new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        controller.enqueue(new TextEncoder().encode(' '.repeat(200)));
      },
    });
    const options = { method: 'POST', body, duplex: 'half', headers: { 'Content-Type': json } } as const;
    const response = await fetch(`${url}/note/create`, options);
    expect(await answerOf(response)).toEqual([413, tooLarge]);
  });

  it('in chunks is reassembled', async () => {
    const { port } = await startRest();
    const client = await connectRaw(port);
    client.send(
      'POST /note/create HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    client.send('8\r\n{"text":\r\n');
    client.send('5\r\n"hi"}\r\n0\r\n\r\n');
    expect(await answerOf(parseResponse(await client.end))).toEqual([200, 'hi']);
  });
});
