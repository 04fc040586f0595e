import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { singleKey } from '../../../src/feed-server/auth/key-ring.ts';
import { secretKey } from '../../../src/feed-server/auth/keys.ts';
import { createTokens } from '../../../src/feed-server/auth/tokens.ts';
import { at } from '../../support/history/at.ts';
import { type Cluster, startCluster } from '../../support/history/cluster.ts';
import { type FaultProxy, openFaultProxy } from '../../support/history/fault-proxy.ts';
import { Latencies } from '../../support/history/latencies.ts';
import { createRest, type Rest } from '../../support/history/rest.ts';
import { ReaderClient } from './reader-client.ts';
import { Recorder } from './recorder.ts';
import type { Pair, Schedule } from './schedule.ts';

const feedServer = {
  server: 'src/feed-server/main.ts',
  bumpEpoch: 'src/feed-server/commands/bump-epoch.ts',
  announcement: 'Posted serves REST on ',
};

export interface WorldOptions {
  readonly schedule: Schedule;
  /** An empty folder for the data of the servers and the cursors of the clients. */
  readonly folder: string;
}

export interface Account {
  readonly id: string;
  readonly token: string;
}

/** The running servers, authors and readers of a run. Disposing of it stops all of them. */
export interface World extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly recorder: Recorder;
  readonly latencies: Latencies;
  readonly authors: readonly Account[];
  readonly readers: readonly ReaderClient[];
  /** Aborted when the world is disposed of. */
  readonly signal: AbortSignal;
  /** Errors that no client may have, whatever happens to its server. */
  readonly problems: readonly string[];
  /** Rejects when the run cannot continue; never resolves. */
  readonly failure: Promise<never>;
  /** The run fails if the promise rejects. */
  readonly watch: (pending: Promise<unknown>) => void;
  post(author: Account, key: string): Promise<void>;
  /** No response to a post gets through for that time, and then the connections break. */
  loseAnswers(forMs: number): Promise<void>;
  /**
   * Skipped while the previous change of the pair may still take effect: it is unanswered, or an attempt
   * without a response may still be in transit.
   */
  changeFriend(kind: 'set' | 'deleted', pair: Pair): Promise<void>;
}

export async function openWorld({ schedule, folder }: WorldOptions): Promise<World> {
  await using started = new AsyncDisposableStack();
  const secret = randomBytes(32).toString('base64url');
  const tokens = createTokens({ keys: singleKey(secretKey(secret)) });
  const issueAccount = (id: string): Account => ({ id, token: tokens.issue(id) });
  const recorder = new Recorder(schedule.retentionSeconds * 1000);
  const disposal = new AbortController();

  const cluster = started.use(
    await startCluster({
      program: feedServer,
      engines: schedule,
      folder,
      env: {
        JWT_SECRET: secret,
        RETENTION_SECONDS: String(schedule.retentionSeconds),
        BYE_SPREAD_MS: '500',
        WORKERS: String(schedule.workers),
      },
    }),
  );
  const ports = cluster.nodes.map(({ port }) => port);
  const rest = createRest(ports, disposal.signal);
  started.defer(() => rest.close());
  const postProxies: FaultProxy[] = [];
  for (const port of ports) {
    const proxy = await openFaultProxy(() => ({ port }));
    started.defer(() => proxy.close());
    postProxies.push(proxy);
  }
  const posting = createRest(
    postProxies.map(({ port }) => port),
    disposal.signal,
  );
  started.defer(() => posting.close());
  const latencies = new Latencies();

  const failed = Promise.withResolvers<never>();
  const watch = (pending: Promise<unknown>): void => void pending.catch(failed.reject);
  watch(cluster.failure);
  const registering = Array.from({ length: schedule.authors }, async () =>
    issueAccount(await register(rest)),
  );
  const authors = await Promise.race([Promise.all(registering), failed.promise]);
  // These users never registered, like users of another token issuer.
  const users = Array.from(new Set(schedule.readers.map(({ user }) => user)), () =>
    issueAccount(randomUUID()),
  );
  const problems: string[] = [];
  const readers: ReaderClient[] = [];
  started.defer(async () => void (await Promise.all(readers.map((reader) => reader.close()))));
  for (const [index, plan] of schedule.readers.entries()) {
    const { id, token } = at(users, plan.user);
    const name = `reader${index}`;
    const client = recorder.client({ name, user: id, audience: plan.audience });
    let node = 0;
    const proxy = await openFaultProxy(() => {
      node = cluster.pick();
      return { port: at(ports, node), ended: client.link() };
    });
    started.defer(() => proxy.close());
    const onSeen = (key: string): void => {
      if (plan.isUndisturbed) latencies.saw(key, node);
    };
    const onProblem = (problem: string): void => void problems.push(problem);
    readers.push(new ReaderClient({ name, plan, token, proxy, recorder: client, folder, onSeen, onProblem }));
  }
  started.defer(() => disposal.abort());
  const stack = started.move();
  // After a cut, TCP retransmits, even for a process that was killed, after at most the time that it has
  // retransmitted before.
  const longestCutMs = Math.max(
    0,
    ...schedule.steps.map((step) => (step.kind === 'cut-engine' || step.kind === 'isolate' ? step.forMs : 0)),
  );
  const maxTransitMs = 2 * longestCutMs;
  /** The pairs whose previous change may still take effect. */
  const changing = new Set<string>();

  return {
    cluster,
    recorder,
    latencies,
    authors,
    readers,
    problems,
    failure: failed.promise,
    watch,
    signal: disposal.signal,
    post: (author, key) =>
      recorder.post(author.id, key, async () => {
        const body = { text: key };
        const post = {
          method: 'POST',
          path: '/post/create',
          token: author.token,
          idempotencyKey: key,
          body,
          onAttempt: (node: number) => latencies.requested(key, node),
        } as const;
        return (await posting.requestUntilAnswered(post)) as string | null;
      }),
    async loseAnswers(forMs) {
      // Longer than `forMs`, so that the connections break before any response gets through.
      for (const proxy of postProxies) proxy.freeze(forMs + 1000);
      await delay(forMs);
      for (const proxy of postProxies) {
        proxy.drop(0);
        proxy.restore();
      }
    },
    async changeFriend(kind, pair) {
      const user = at(users, pair.user);
      const friend = at(authors, pair.author).id;
      const pairKey = `${user.id} ${friend}`;
      if (changing.has(pairKey)) return;
      changing.add(pairKey);
      const path = `/friend/${kind === 'set' ? 'set' : 'delete'}/${friend}`;
      let attempts = 0;
      const onAttempt = (): void => {
        attempts += 1;
      };
      await recorder.changeFriend({ kind, user: user.id, friend }, async () => {
        return (
          (await rest.requestUntilAnswered({ method: 'PUT', path, token: user.token, onAttempt })) !== null
        );
      });
      const isOver = delay(attempts > 1 ? maxTransitMs : 0, undefined, { signal: disposal.signal });
      isOver.then(
        () => changing.delete(pairKey),
        () => {}, // the run has ended
      );
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Authors must be registered to become friends. */
async function register(rest: Rest): Promise<string> {
  const body = { first_name: 'Ada', second_name: 'Lovelace', password: 'analytical engine' };
  const registered = await rest.requestUntilAnswered({ method: 'POST', path: '/user/register', body });
  return (registered as { readonly user_id: string }).user_id;
}
