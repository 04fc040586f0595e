import { describe, expect, it } from 'vitest';
import { contract } from '../../../generated/asyncapi/channels.ts';
import * as guards from '../../../generated/asyncapi/validators.ts';
import { badTokens } from '../../support/bad-tokens.ts';
import { asyncapi, deref, entries, type Json, violationOf } from '../../support/contracts.ts';
import { registerUser, startFeed, type TestUser } from '../../support/feed-server.ts';
import { bearer, connectClient, refusedHandshake } from '../../support/websocket.ts';

interface MessageOfOperation {
  readonly operation: string;
  readonly action: string;
  readonly message: string;
  readonly address: string;
  readonly pointer: string;
}

/** Generated code does not see `auth`: the runtime handles it. */
const operations: readonly MessageOfOperation[] = entries(asyncapi.operations)
  .filter(([, { 'x-auth-part': isAuth }]) => isAuth === undefined)
  .flatMap(([operation, value]) => {
    const channel = deref(asyncapi, value.channel as Json);
    return (value.messages as readonly Json[]).map((reference) => {
      const pointer = String((deref(asyncapi, reference).payload as Json).$ref).slice(1);
      return {
        operation,
        action: String(value.action),
        message: String(reference.$ref).split('/').at(-1) ?? '',
        address: String(channel.address),
        pointer,
      };
    });
  });

type Server = Awaited<ReturnType<typeof startFeed>>;

/** Makes the server send each message of each `send` operation. The test of a new message fails until it is added here. */
const drivers: Readonly<Record<string, (server: Server, address: string) => Promise<readonly string[]>>> = {
  'sendPost post': async ({ url, socketUrl }, address) => {
    const author = await registerUser(url);
    const client = await connectClient(`${socketUrl}${address}`, bearer(author.token));
    const texts = ['short', 'x'.repeat(10_000), ' ', '\u{1F426}\u200d', '"\\\u2028</script>'];
    for (const text of texts) expect((await author.post(text)).status).toBe(200);
    return await client.take(texts.length);
  },
  'sendPostChange postUpdated': async (server, address) =>
    await framesOf(server, address, 'changes', async (author) => {
      const { body: id } = await author.post('before');
      for (const text of ['after', '"\\\u2028</script>']) await author.updatePost(id, text);
    }),
  'sendPostChange postDeleted': async (server, address) =>
    await framesOf(server, address, 'changes', async (author) => {
      await author.deletePost((await author.post('gone')).body);
    }),
  'sendLike postLiked': async (server, address) =>
    await framesOf(server, address, 'likes', async (author) => {
      await author.like((await author.post('likable')).body);
    }),
  'sendLike postUnliked': async (server, address) =>
    (
      await framesOf(
        server,
        address,
        'likes',
        async (author) => {
          const { body: id } = await author.post('likable');
          await author.like(id);
          await author.unlike(id);
        },
        2,
      )
    ).slice(1),
  'sendComment commentCreated': async (server, address) =>
    await framesOf(server, address, 'comments', async (author) => {
      const { body: id } = await author.post('worth a comment');
      for (const text of ['short', 'x'.repeat(10_000)]) await author.comment(id, text);
    }),
  'sendComment commentDeleted': async (server, address) =>
    (
      await framesOf(
        server,
        address,
        'comments',
        async (author) => {
          const { body: id } = await author.post('worth a comment');
          await author.deleteComment((await author.comment(id, 'gone')).body);
        },
        2,
      )
    ).slice(1),
  'sendPostFeedPostedState ready': async ({ url, socketUrl }, address) => {
    const { token } = await registerUser(url);
    return await (await connectClient(`${socketUrl}${address}?since=now`, bearer(token))).take(1);
  },
  'sendPostFeedPostedState checkpoint': async ({ url, socketUrl }, address) => {
    const { token } = await registerUser(url);
    const frames = await (await connectClient(`${socketUrl}${address}?since=now`, bearer(token))).take(2);
    return frames.slice(1);
  },
  'sendPostFeedPostedState reset': async ({ url, socketUrl }, address) => {
    const { token } = await registerUser(url);
    const unknown = `${socketUrl}${address}?since=AAECAwQFBgcICQoLDA0ODwAAAAAAKg`;
    return (await (await connectClient(unknown, bearer(token))).take(2)).slice(1);
  },
  'sendPostFeedPostedState alive': async ({ url, socketUrl }, address) => {
    const { token } = await registerUser(url);
    const client = await connectClient(`${socketUrl}${address}?since=now&window=4`, bearer(token));
    for (let count = 1; ; count += 1) {
      const frame = (await client.take(count))[count - 1] ?? '';
      if (JSON.parse(frame).type === 'alive') return [frame];
    }
  },
  'sendPostFeedPostedBye bye': async ({ url, socketUrl, server }, address) => {
    const { token } = await registerUser(url);
    const client = await connectClient(`${socketUrl}${address}?since=now`, bearer(token));
    await client.take(1);
    await server.close();
    return (await client.take(2)).slice(1);
  },
};

/** The first frames of a connection with these events, while `act` runs. */
async function framesOf(
  { url, socketUrl }: Server,
  address: string,
  events: string,
  act: (author: TestUser) => Promise<void>,
  count = 1,
): Promise<readonly string[]> {
  const author = await registerUser(url);
  const client = await connectClient(`${socketUrl}${address}?events=${events}`, bearer(author.token));
  await act(author);
  return await client.take(count);
}

/** Valid queries for each query parameter of the contract, and an invalid one. */
const queries: Readonly<Record<string, { readonly good: readonly string[]; readonly bad: string }>> = {
  audience: { good: ['audience=everyone', 'audience=friends'], bad: 'audience=nobody' },
  events: { good: ['events=posts', 'events=comments,posts,likes,changes'], bad: 'events=posts,polls' },
  since: { good: ['since=now'], bad: 'since=yesterday' },
  window: { good: ['since=now&window=1', 'since=now&window=256'], bad: 'since=now&window=0' },
  device: { good: ['since=acked&device=phone', 'since=now&device=phone'], bad: 'device=phone' },
  instance: {
    good: ['since=acked&device=phone&instance=a-Z_9.1', 'since=now&device=phone&instance=one.0'],
    bad: 'since=now&device=phone&instance=one',
  },
};

describe('asyncapi.json', () => {
  it('states whose point of view send and receive have, and the server has it too', async () => {
    const { description } = asyncapi.info as Json;
    expect(description).toContain(
      'the server sends what `send` names, and clients send what `receive` names',
    );
    for (const channel of Object.values(contract.channels)) {
      const sent = operations.filter(({ action }) => action === 'send').map(({ message }) => message);
      const received = operations.filter(({ action }) => action === 'receive').map(({ message }) => message);
      expect(channel.send.map(({ name }) => name)).toEqual(sent);
      expect(channel.receive.map(({ name }) => name)).toEqual(received);
    }
  });

  it('has examples for every message that its schema and its generated guard accept', () => {
    for (const [name, message] of entries((asyncapi.components as Json).messages)) {
      const pointer = String((message.payload as Json).$ref).slice(1);
      const guard = Reflect.get(guards, `is${pointer.split('/').at(-1)}`) as (value: unknown) => boolean;
      const examples = message.examples as readonly Json[];
      expect(examples.length, name).toBeGreaterThan(0);
      for (const { payload } of examples) {
        expect(violationOf('asyncapi', pointer, payload), name).toBeNull();
        expect(guard(payload), name).toBe(true);
      }
    }
  });

  const sends = operations.filter(({ action }) => action === 'send');

  it.each(sends)(
    'matches the frames of $operation $message',
    async ({ operation, message, address, pointer }) => {
      const drive = drivers[`${operation} ${message}`];
      if (drive === undefined) throw new Error('no driver makes the server send this message');
      const frames = await drive(
        await startFeed({ CHECKPOINT_INTERVAL_MS: '100', HEARTBEAT_INTERVAL_MS: '1000' }),
        address,
      );
      for (const frame of frames) {
        expect(violationOf('asyncapi', pointer, JSON.parse(frame))).toBeNull();
        // Exactly the required properties, in the contract's order.
        const { required } = deref(asyncapi, { $ref: `#${pointer}` });
        expect(Object.keys(JSON.parse(frame))).toEqual(required);
      }
    },
  );

  it.each(entries(asyncapi.channels))(
    'renews credentials on %s with the frames it describes',
    async (_, channel) => {
      const { url, socketUrl } = await startFeed();
      const { token } = await registerUser(url);
      const client = await connectClient(`${socketUrl}${String(channel.address)}`, bearer(token));
      const request = { type: 'auth', token };
      expect(violationOf('asyncapi', '/components/schemas/AuthMessage', request)).toBeNull();
      client.webSocket.send(JSON.stringify(request));
      const [answer = ''] = await client.take(1);
      expect(violationOf('asyncapi', '/components/schemas/AuthorizedMessage', JSON.parse(answer))).toBeNull();
      expect(JSON.parse(answer).expiresAt).toBeGreaterThan(Date.now());
    },
  );

  const secured = entries(asyncapi.channels).map(([name, { address }]) => ({
    name,
    address: String(address),
  }));

  it.each(secured)(
    'requires a valid token on $name, and refuses others before the upgrade',
    async ({ address }) => {
      const { url, socketUrl } = await startFeed();
      const user = await registerUser(url);
      const missing = await refusedHandshake(`${socketUrl}${address}`);
      expect([missing.status, missing.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      for (const [name, token] of Object.entries(badTokens(user.id))) {
        const { status, body } = await refusedHandshake(`${socketUrl}${address}`, bearer(token));
        expect(status, name).toBe(401);
        expect(violationOf('openapi', '/components/schemas/Error', body), name).toBeNull();
        expect(JSON.stringify(body), name).not.toContain(token);
      }
      await connectClient(`${socketUrl}${address}`, bearer(user.token));
    },
  );

  it('names a security scheme for every channel', () => {
    const { securitySchemes } = asyncapi.components as Json;
    for (const [, channel] of entries(asyncapi.channels)) {
      for (const reference of channel.servers as readonly Json[]) {
        const { security } = deref(asyncapi, reference);
        const schemes = (security as readonly Json[]).map((scheme) => deref(asyncapi, scheme));
        expect(schemes.length).toBeGreaterThan(0);
        for (const scheme of schemes) expect(Object.values(securitySchemes as Json)).toContain(scheme);
      }
    }
    for (const { security } of Object.values(contract.channels)) expect(security).not.toEqual([]);
  });

  it('declares the query parameters that each channel accepts', async () => {
    const { url, socketUrl } = await startFeed();
    const { token } = await registerUser(url);
    for (const [name, { address, bindings }] of entries(asyncapi.channels)) {
      const query = deref(asyncapi, ((bindings as Json).ws as Json).query as Json);
      for (const [parameter] of entries(query.properties)) {
        const { good = [], bad = '' } = queries[parameter] ?? {};
        expect(good, parameter).not.toEqual([]);
        for (const value of good)
          await connectClient(`${socketUrl}${String(address)}?${value}`, bearer(token));
        const refused = await refusedHandshake(`${socketUrl}${String(address)}?${bad}`, bearer(token));
        expect([name, parameter, refused.status]).toEqual([name, parameter, 400]);
      }
    }
  });
});
