import { describe, expect, it } from 'vitest';
import type { Bus } from '../../../src/runtime/shared/bus.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import type { Revocation } from '../../../src/runtime/shared/revocation.ts';
import { createChannel, createScheme, startChannels } from '../../support/channel.ts';
import { bearer, connectClient, refusedHandshake, type TestClient } from '../../support/websocket.ts';
import { MemoryTopic } from './peers/memory-topic.ts';

const desk = createChannel({ security: [createScheme('token')] });

/** Starts a node that caches the verdict on every token, such as `ann/t1/2`: a user, a token and its version. */
async function startNode(revoked: ReadonlySet<string>, bus?: Bus, accept?: () => Promise<void>) {
  const cached = new Map<string, object>();
  const notices: Revocation[] = [];
  const started = await startChannels([desk], accept === undefined ? {} : { accept }, {
    ...(bus === undefined ? {} : { bus }),
    security: {
      token({ token }: { readonly token: string }) {
        const [id = '', tokenId = '', version] = token.split('/');
        const known = cached.get(token);
        if (known !== undefined) return known;
        if (revoked.has(token)) throw unauthorized();
        const principal = { id, tokenId, tokenVersion: Number(version) };
        cached.set(token, principal);
        return principal;
      },
    },
    onRevoked(revocation) {
      notices.push(revocation);
      cached.clear();
    },
  });
  return {
    app: started.app,
    notices,
    url: `${started.url}/desk`,
    join: (token: string): Promise<TestClient> => connectClient(`${started.url}/desk`, bearer(token)),
  };
}

function unauthorized(): PostedError {
  return new PostedError('unauthorized', 'The token was revoked.');
}

async function startNodes() {
  const topic = new MemoryTopic();
  const revoked = new Set<string>();
  const nodes = await Promise.all([1, 2, 3].map(() => startNode(revoked, topic.connect())));
  return { topic, revoked, nodes };
}

const tokens = ['ann/t1/1', 'ann/t2/2', 'bob/t1/1'];

describe('a revocation', () => {
  it.each([
    ['of a user', { user: 'ann' }, ['ann/t1/1', 'ann/t2/2']],
    ['of a user, given as an object', { user: { id: 'ann' } }, ['ann/t1/1', 'ann/t2/2']],
    ['of one token', { user: 'ann', tokenId: 't1' }, ['ann/t1/1']],
    ['of a token without its user', { tokenId: 't2' }, ['ann/t2/2']],
    ['of the tokens before a version', { user: 'ann', beforeVersion: 2 }, ['ann/t1/1']],
  ])('%s closes its connections on all nodes, and no others', async (_, filter, expected) => {
    const { nodes, revoked } = await startNodes();
    const clients = await Promise.all(
      nodes.flatMap((node) => tokens.map(async (token) => ({ token, client: await node.join(token) }))),
    );
    for (const token of expected) revoked.add(token);
    await nodes[0]?.app.revoke(filter);
    const ended = clients.filter(({ token }) => expected.includes(token));
    const codes = await Promise.all(ended.map(({ client }) => client.closed));
    expect(codes).toEqual(ended.map(() => ({ code: 4401, reason: 'the credentials were revoked' })));
    const open = clients.filter(({ client }) => client.webSocket.readyState === WebSocket.OPEN);
    expect(open.map(({ token }) => token)).toEqual(
      clients.map(({ token }) => token).filter((token) => !expected.includes(token)),
    );
  });

  it('lets the security hook verify the credentials again on all nodes', async () => {
    const { nodes, revoked } = await startNodes();
    for (const node of nodes) await node.join('ann/t1/1');
    revoked.add('ann/t1/1');
    await nodes[0]?.app.revoke({ user: 'ann' });
    for (const node of nodes) {
      await expect.poll(() => node.notices).toEqual([{ user: 'ann' }]);
      expect(await refusedHandshake(node.url, bearer('ann/t1/1'))).toMatchObject({ status: 401 });
    }
  });

  it('refuses a handshake whose credentials were verified before it', async () => {
    const isAccepting = Promise.withResolvers<void>();
    const mayAccept = Promise.withResolvers<void>();
    const node = await startNode(new Set(), undefined, () => {
      isAccepting.resolve();
      return mayAccept.promise;
    });
    const refused = refusedHandshake(node.url, bearer('ann/t1/1'));
    await isAccepting.promise;
    await node.app.revoke({ user: 'ann' });
    mayAccept.resolve();
    expect(await refused).toMatchObject({ status: 401 });
  });

  it('that arrives again leaves what was opened since alone', async () => {
    const topic = new MemoryTopic();
    const bus = topic.connect();
    const node = await startNode(new Set(), topic.connect());
    const sender = await startNode(new Set(), bus);
    await node.join('ann/t1/1');
    await sender.app.revoke({ user: 'ann' });
    await expect.poll(() => node.notices).toHaveLength(1);
    const later = await node.join('ann/t2/2');
    bus.publish(bus.published[0] ?? new Uint8Array());
    await node.app.revoke({ user: 'bob' });
    await expect.poll(() => node.notices).toHaveLength(2);
    await new Promise(setImmediate);
    expect([node.notices.length, later.webSocket.readyState]).toEqual([2, later.webSocket.OPEN]);
  });

  it('must name a user or a token', async () => {
    const node = await startNode(new Set());
    await expect(node.app.revoke({ beforeVersion: 2 } as never)).rejects.toThrow('needs a user or a tokenId');
  });
});
