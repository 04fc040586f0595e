import { describe, expect, it } from 'vitest';
import { makeDataDir, registerUser, request, type TestUser } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';
import { type Node, startNode } from './node.ts';

/** Kills the node, and resolves with another one that serves the same feed. */
type FailOver = () => Promise<Node>;

async function postOn({ url }: Node, { token }: TestUser, text: string): Promise<void> {
  expect((await request(url, 'POST', '/post/create', { token, body: { text } })).status).toBe(200);
}

function itKeepsTheStart(start: () => Promise<{ readonly node: Node; readonly failOver: FailOver }>): void {
  it('keeps its start when its node is killed right after `ready`', async () => {
    const { node, failOver } = await start();
    const ada = await registerUser(node.url);
    await postOn(node, ada, 'before');
    const queries = ['since=acked&device=old', 'since=acked&device=new&instance=one.1'];
    const subscribers = await Promise.all(queries.map((query) => node.subscribe(ada, query)));
    for (const subscriber of subscribers) await subscriber.take(1);
    const other = await failOver();
    await postOn(other, ada, 'in between');
    for (const query of [...queries, 'since=acked&device=new&instance=one.2']) {
      const again = await other.subscribe(ada, query);
      const [ready = ''] = await again.take(2);
      expect(JSON.parse(ready)).toMatchObject({ type: 'ready', resumed: true });
      expect(again.texts()).toEqual(['in between']);
    }
  });
}

describe('a new device in the embedded store', () => {
  itKeepsTheStart(async () => {
    const DATA_DIR = await makeDataDir();
    const node = await startNode({ DATA_DIR });
    return {
      node,
      async failOver() {
        await node.end('SIGKILL');
        return await startNode({ DATA_DIR });
      },
    };
  });
});

describePostgres('a new device on several nodes', (server) => {
  itKeepsTheStart(async () => {
    const DATABASE_URL = await server().createDatabase();
    const [node, other] = [await startNode({ DATABASE_URL }), await startNode({ DATABASE_URL })];
    return {
      node,
      async failOver() {
        await node.end('SIGKILL');
        return other;
      },
    };
  });
});
