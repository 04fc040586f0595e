import { describe, expect, it } from 'vitest';
import { createChannel, createTextGuard, startChannel } from '../../support/channel.ts';
import {
  basicAuthorization,
  type Headers,
  offered,
  type SchemeName,
  schemes,
  scopes,
  startSecured,
} from '../../support/schemes.ts';
import { connectClient, exchangeRaw, handshakeRequest, refusedHandshake } from '../../support/websocket.ts';

/** Starts a channel that requires any one of the schemes. */
function startWith(names: readonly SchemeName[]) {
  return startSecured(createChannel({ security: names.map((name) => schemes[name]) }));
}

/** Repeats a header by appending it, twice, to the value of an irrelevant one. */
function repeated(header: string): Headers {
  return { Accept: `*/*\r\n${header}\r\n${header}` };
}

/** A masked close frame (RFC 6455 section 5.5.1). */
const closeFrame = Buffer.from([0x88, 0x80, 0, 0, 0, 0]);

describe('credentials', () => {
  const éva = { username: 'éva', password: 'a:б' };
  const rows: readonly (readonly [string, SchemeName, Headers, object])[] = [
    ['a bearer token', 'bearer', { Authorization: 'Bearer a.b-c' }, { token: 'a.b-c', scopes }],
    [
      'a bearer token, case-insensitively',
      'bearer',
      { authorization: 'bEARER  a=' },
      { token: 'a=', scopes },
    ],
    ['a bearer token from a browser', 'bearer', offered.token('abc'), { token: 'abc', scopes }],
    ['a username and password', 'basic', basicAuthorization('éva:a:б'), éva],
    ['a username with an empty password', 'basic', basicAuthorization('a:'), { username: 'a', password: '' }],
    ['a username and password from a browser', 'basic', offered.user('éva', 'a:б'), éva],
    ['a key as the username', 'userKey', basicAuthorization('k1:'), { key: 'k1' }],
    ['a key as the username, from a browser', 'userKey', offered.user('k1', ''), { key: 'k1' }],
    ['a key as the password', 'passwordKey', basicAuthorization(':k:1'), { key: 'k:1' }],
    ['a key in a header', 'headerKey', { 'x-api-key': 'k 1' }, { key: 'k 1' }],
    [
      'a key in a header, from a browser',
      'headerKey',
      offered.keys(['X-No', 'a'], ['x-api-KEY', 'é:']),
      { key: 'é:' },
    ],
    ['a key in a cookie', 'cookieKey', { Cookie: 'Key=no; key=k=1; key=2' }, { key: 'k=1' }],
    ['a key in a quoted cookie', 'cookieKey', { Cookie: 'a="b"; key="k1"' }, { key: 'k1' }],
  ];
  it.each(rows)(
    'are read from the location that the contract defines: %s',
    async (_, name, headers, credentials) => {
      const { port, accepted } = await startWith([name]);
      await exchangeRaw(port, Buffer.from(handshakeRequest('/desk', headers)), closeFrame);
      expect(accepted.map(({ user }) => user?.id)).toEqual([`${name} ${JSON.stringify(credentials)}`]);
    },
  );

  it('are removed from the query before it is validated', async () => {
    const query = createTextGuard({
      type: 'object',
      properties: { loud: { type: 'boolean' } },
      additionalProperties: false,
    });
    const channel = createChannel({ query, security: [schemes.queryKey] });
    const { url, accepted } = await startSecured(channel);
    await connectClient(`${url}/desk?loud=true&api_key=k%201`);
    expect(accepted[0]).toMatchObject({ user: { id: 'queryKey {"key":"k 1"}' }, query: { loud: true } });
    const plain = await startWith(['queryKey']);
    await connectClient(`${plain.url}/desk?api_key=k1`);
    expect(plain.accepted[0]?.query).toEqual({});
  });

  it('in subprotocols are not echoed in the response', async () => {
    const { port } = await startWith(['basic']);
    const request = handshakeRequest('/desk', offered.user('ada', 'secret'));
    const answer = await exchangeRaw(port, request, closeFrame);
    expect(answer.toString()).toMatch(/^HTTP\/1.1 101 /);
    expect(answer.toString()).toContain('Sec-WebSocket-Protocol: posted.v1\r\n');
  });

  it('are ignored by a channel without security', async () => {
    const { url, accepted } = await startChannel(createChannel());
    await connectClient(`${url}/desk`, { headers: { Authorization: 'Bearer wrong' } });
    expect(accepted[0]?.user).toBeUndefined();
  });
});

describe('a handshake without credentials', () => {
  const bearerChallenge = 'Bearer scope="read:posts write"';
  const rows: readonly (readonly [readonly SchemeName[], string, string | undefined])[] = [
    [['bearer'], 'A bearer token is missing. Send it as Authorization: Bearer <token>.', bearerChallenge],
    [
      ['basic'],
      'A username with its password is missing. Send it as Authorization: Basic <base64 of username:password>.',
      'Basic realm="basic", charset="UTF-8"',
    ],
    [
      ['userKey'],
      'An API key is missing. Send it as Authorization: Basic <base64 of key:>.',
      'Basic realm="userKey", charset="UTF-8"',
    ],
    [
      ['passwordKey'],
      'An API key is missing. Send it as Authorization: Basic <base64 of :key>.',
      'Basic realm="passwordKey", charset="UTF-8"',
    ],
    [['headerKey'], 'An API key is missing. Send it as X-Api-Key: <key>.', undefined],
    [['cookieKey'], 'An API key is missing. Send it as the cookie key.', undefined],
    [
      ['queryKey', 'bearer', 'basic'],
      'An API key is missing. Send it as the query parameter api_key, or a bearer token as Authorization: Bearer <token>, ' +
        'or a username with its password as Authorization: Basic <base64 of username:password>.',
      `${bearerChallenge}, Basic realm="basic", charset="UTF-8"`,
    ],
  ];
  it.each(rows)(
    'is refused with 401 and a description of how to send them: %j',
    async (names, message, expected) => {
      const { url, hookCalls, observed } = await startWith(names);
      const { status, headers, body } = await refusedHandshake(`${url}/desk`);
      expect([status, headers['www-authenticate']]).toEqual([401, expected]);
      expect(body).toMatchObject({ message, code: 'unauthorized' });
      expect(hookCalls).toEqual([]);
      expect(observed).toEqual([['handshakeRefused', 'unauthorized']]);
    },
  );

  it.each<readonly [SchemeName, string, Headers]>([
    ['bearer', '', basicAuthorization('ada:ada')],
    ['basic', '', { Authorization: 'Bearer abc' }],
    ['basic', '', { Authorization: 'Basicabc' }],
    ['userKey', '', basicAuthorization(':k1')],
    ['passwordKey', '', basicAuthorization('k1:')],
    ['headerKey', '', { 'X-Api-Key': '' }],
    ['headerKey', '', offered.keys(['X-Other', 'k1'])],
    ['queryKey', '?api_key=', {}],
    ['queryKey', '?API_KEY=k1', {}],
    ['cookieKey', '', { Cookie: 'KEY=k1; key2=k1; =key' }],
    ['cookieKey', '', { Cookie: 'key=' }],
    ['cookieKey', '', { Cookie: ';;' }],
  ])(
    'includes one with credentials of another scheme or empty ones: %s %s %j',
    async (name, query, headers) => {
      const { port, hookCalls } = await startWith([name]);
      const answer = (await exchangeRaw(port, handshakeRequest(`/desk${query}`, headers))).toString();
      expect(answer).toMatch(/^HTTP\/1.1 401 /);
      expect(answer).toContain('is missing');
      expect(hookCalls).toEqual([]);
    },
  );
});

describe('a handshake with malformed credentials', () => {
  it.each<readonly [SchemeName, string, Headers]>([
    ['bearer', '', { Authorization: 'Bearer' }],
    ['bearer', '', { Authorization: 'Bearer a b' }],
    ['bearer', '', repeated('Authorization: Bearer abc')],
    ['basic', '', { Authorization: 'Basic' }],
    ['basic', '', { Authorization: 'Basic ada:ada' }],
    ['basic', '', { Authorization: 'Basic YQ=A' }],
    ['basic', '', basicAuthorization('no colon')],
    ['basic', '', basicAuthorization('a\0b:c')],
    ['basic', '', basicAuthorization('a:b\u007f')],
    ['basic', '', { Authorization: `Basic ${Buffer.from([0xff, 0x3a]).toString('base64')}` }],
    ['userKey', '', basicAuthorization('no colon')],
    ['headerKey', '', repeated('X-Api-Key: k1')],
    ['queryKey', '?api_key=k1&api_key=k1', {}],
    ['cookieKey', '', { Cookie: 'key=a"b' }],
    ['cookieKey', '', { Cookie: 'key=é' }],
  ])('is refused with 401: %s %s %j', async (name, query, headers) => {
    const { port, hookCalls } = await startWith([name]);
    const request = Buffer.from(handshakeRequest(`/desk${query}`, headers), 'latin1');
    const answer = (await exchangeRaw(port, request)).toString();
    expect(answer).toMatch(/^HTTP\/1.1 401 /);
    expect(answer).toContain('The credentials are malformed. Send ');
    expect(hookCalls).toEqual([]);
  });

  it('is refused with 400 if the query with the key is not percent-encoded UTF-8', async () => {
    const { url, observed } = await startWith(['queryKey']);
    expect((await refusedHandshake(`${url}/desk?api_key=%FF`)).status).toBe(400);
    expect(observed).toEqual([['handshakeRefused', 'query']]);
  });
});

describe('one of several schemes of a channel', () => {
  it("suffices, and the contract's order decides which hook is called first", async () => {
    const { url, accepted, hookCalls } = await startWith(['cookieKey', 'bearer', 'headerKey']);
    await connectClient(`${url}/desk`, { headers: { 'X-Api-Key': 'k1', Authorization: 'Bearer abc' } });
    expect(accepted[0]?.user?.id).toMatch(/^bearer /);
    expect(hookCalls).toEqual(['bearer']);
  });

  it('suffices even if the credentials of another are invalid, because browsers send old cookies everywhere', async () => {
    const { url, accepted, hookCalls } = await startWith(['cookieKey', 'bearer']);
    await connectClient(`${url}/desk`, { headers: { Cookie: 'key=wrong', Authorization: 'Bearer abc' } });
    expect(accepted[0]?.user?.id).toMatch(/^bearer /);
    expect(hookCalls).toEqual(['cookieKey', 'bearer']);
  });

  it.each<readonly [Headers, number, string, string]>([
    [
      { Cookie: 'key=wrong' },
      401,
      'cookieKey does not know these credentials.',
      'Bearer scope="read:posts write"',
    ],
    [
      { Cookie: 'key=wrong', Authorization: 'Bearer wrong' },
      401,
      'bearer does not know these credentials.',
      'Bearer error="invalid_token", scope="read:posts write"',
    ],
    [
      { Cookie: 'key=wrong', Authorization: 'Bearer muted' },
      403,
      'bearer does not allow this user.',
      'Bearer error="insufficient_scope", scope="read:posts write"',
    ],
    [{ Cookie: 'key=muted' }, 403, 'cookieKey does not allow this user.', 'Bearer scope="read:posts write"'],
    [
      { Cookie: 'key=muted', Authorization: 'Bearer wrong' },
      403,
      'cookieKey does not allow this user.',
      'Bearer error="invalid_token", scope="read:posts write"',
    ],
  ])('must accept the handshake: %j', async (headers, status, message, expected) => {
    const { url, observed } = await startWith(['cookieKey', 'bearer']);
    const refused = await refusedHandshake(`${url}/desk`, { headers });
    expect(refused).toMatchObject({ status, body: { message } });
    expect(refused.headers['www-authenticate']).toBe(expected);
    expect(observed).toEqual([['handshakeRefused', status === 401 ? 'unauthorized' : 'forbidden']]);
  });

  it('that fails refuses the handshake with 500 without details', async () => {
    const { url, hookCalls } = await startWith(['cookieKey', 'bearer']);
    const headers = { Cookie: 'key=broken', Authorization: 'Bearer abc' };
    expect(await refusedHandshake(`${url}/desk`, { headers })).toMatchObject({
      status: 500,
      body: { message: 'Internal error. Include the request_id when you report it.' },
    });
    expect(hookCalls).toEqual(['cookieKey']);
  });
});
