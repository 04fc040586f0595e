import { expect, it, onTestFinished } from 'vitest';
import { registerUser, type TestUser } from '../../support/feed-server.ts';
import { type FaultProxy, openFaultProxy } from '../../support/history/fault-proxy.ts';
import { describePostgres, type PostgresServer } from '../../support/postgres.ts';
import { postAll } from '../resumable-client.ts';
import { type Frame, type Node, type Subscriber, startNode } from './node.ts';

const lostTexts = ['lost 1', 'lost 2', 'lost 3', 'lost 4', 'lost 5'];

interface FailoverSetup {
  /** The database, whatever server it is on. */
  readonly DATABASE_URL: string;
  readonly node: Node;
  readonly ada: TestUser;
  /** Has received the posts that the standby lacks. */
  readonly subscriber: Subscriber;
  /** Kills the primary and lets the standby take over its address. */
  readonly failOver: () => Promise<void>;
}

/** A node that has delivered posts which the standby of its database lacks. */
async function startFailover(primary: PostgresServer): Promise<FailoverSetup> {
  const url = await primary.createDatabase();
  let { port } = primary;
  const proxy: FaultProxy = await openFaultProxy(() => ({ port }));
  onTestFinished(() => proxy.close());
  const DATABASE_URL = Object.assign(new URL(url), { port: String(proxy.port) }).href;
  const node = await startNode({ DATABASE_URL });
  const ada = await registerUser(node.url);
  const standby = await primary.startStandby();
  const subscriber = await node.subscribe(ada, 'since=now');
  await postAll(ada, ['kept']);
  const countPosts = 'select count(*)::integer as posts from post';
  await expect.poll(() => standby.query(standby.urlOf(url), countPosts)).toEqual([{ posts: 1 }]);

  await standby.kill();
  await postAll(ada, lostTexts);
  await expect.poll(subscriber.texts).toEqual(['kept', ...lostTexts]);
  return {
    DATABASE_URL,
    node,
    ada,
    subscriber,
    async failOver() {
      await primary.kill();
      await standby.start();
      await standby.promote();
      port = standby.port;
      proxy.drop(0);
      // The next test needs it again.
      onTestFinished(() => primary.start());
    },
  };
}

function resetsOf(subscriber: Subscriber): readonly Frame[] {
  return subscriber.frames().filter(({ type }) => type === 'reset');
}

const epochReset = { type: 'reset', reason: 'epoch', cursor: expect.any(String) };

describePostgres('a failover to a standby that lacks the newest posts', (server) => {
  it('resets every client, warns in the log, and delivers new posts at once', async () => {
    const { DATABASE_URL, node, ada, subscriber, failOver } = await startFailover(server());
    const other = await startNode({ DATABASE_URL });
    const second = await other.subscribe(ada, 'since=now');
    await second.take(1);
    await failOver();
    for (const each of [subscriber, second])
      await expect.poll(() => resetsOf(each), { timeout: 30_000 }).toEqual([epochReset]);
    for (const { stderr } of [node, other]) {
      // At which level and in which words is for the log to decide; that something was lost is not.
      expect(stderr()).toMatch(/"level":"(?:warn|error)".*\b(?:lost|lacks|missing|epoch|history)\b/);
    }

    await expect.poll(node.readyz).toBe(200);
    await postAll(ada, ['new']);
    for (const each of [subscriber, second])
      await expect.poll(() => each.texts().at(-1), { timeout: 2000 }).toBe('new');
  });

  it('resets clients that resume from a lost post, before and after as many new posts', async () => {
    const { node, ada, subscriber, failOver } = await startFailover(server());
    const since = `since=${subscriber.cursor()}`;
    subscriber.webSocket.terminate();
    await failOver();
    await expect.poll(node.readyz, { timeout: 30_000 }).toBe(200);
    for (const round of [1, 2]) {
      const resumed = await node.subscribe(ada, since);
      await resumed.take(2);
      // A node that has not noticed the failover yet resumes it first.
      expect(resumed.frames()).toMatchObject([{ type: 'ready' }, epochReset]);
      const text = `live ${round}`;
      await postAll(ada, [text]);
      await expect.poll(resumed.texts).toEqual([text]);
      await postAll(ada, lostTexts);
    }
  });

  it('is noticed by a node that hangs until the new log is longer than the lost one', async () => {
    const { DATABASE_URL, node, ada, subscriber, failOver } = await startFailover(server());
    node.process.kill('SIGSTOP');
    await failOver();
    const other = await startNode({ DATABASE_URL });
    await postAll(ada.at(other.url), ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
    node.process.kill('SIGCONT');
    await expect.poll(() => resetsOf(subscriber), { timeout: 30_000 }).toEqual([epochReset]);
    await postAll(ada.at(other.url), ['new']);
    await expect.poll(() => subscriber.texts().at(-1)).toBe('new');
  });
});
