import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { secretKey } from '../../../src/feed-server/auth/keys.ts';
import { createTokens } from '../../../src/feed-server/auth/tokens.ts';
import { at } from './at.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { Latencies } from './latencies.ts';
import { ReaderClient } from './reader-client.ts';
import { Recorder } from './recorder.ts';
import { createRest, type Rest } from './rest.ts';
import type { Pair, Schedule } from './schedule.ts';
import { openWire, type Wire } from './wire.ts';

export interface WorldOptions {
  readonly schedule: Schedule;
  /** An empty folder of the run's own, for the servers' data and the clients' cursors. */
  readonly folder: string;
}

export interface Account {
  readonly id: string;
  readonly token: string;
}

/** Servers, those who post to them and those who read, all running; disposing of it ends every one. */
export interface World extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly recorder: Recorder;
  readonly latencies: Latencies;
  readonly authors: readonly Account[];
  readonly readers: readonly ReaderClient[];
  /** Aborted when it ends. */
  readonly signal: AbortSignal;
  /** What must not happen to a client, whatever happens to its server. */
  readonly problems: readonly string[];
  /** Rejects when it cannot go on; never resolves. */
  readonly failure: Promise<never>;
  /** It cannot go on without this. */
  readonly watch: (underway: Promise<unknown>) => void;
  post(author: Account, key: string): Promise<void>;
  /** No answer to a post gets through for that time, and then the connections break. */
  loseAnswers(forMs: number): Promise<void>;
  /**
   * Left out while the last change of the pair is not over: not answered, or perhaps still on its way from an attempt
   * that was not.
   */
  changeFriend(kind: 'set' | 'deleted', pair: Pair): Promise<void>;
}

export async function openWorld({ schedule, folder }: WorldOptions): Promise<World> {
  await using started = new AsyncDisposableStack();
  const secret = randomBytes(32).toString('base64url');
  const tokens = createTokens({ key: secretKey(secret) });
  const issueAccount = (id: string): Account => ({ id, token: tokens.issue(id) });
  const recorder = new Recorder(schedule.retentionSeconds * 1000);
  const ending = new AbortController();

  const cluster = started.use(await startCluster({ schedule, folder, secret }));
  const ports = cluster.nodes.map(({ port }) => port);
  const rest = createRest(ports, ending.signal);
  started.defer(() => rest.close());
  const postWires: Wire[] = [];
  for (const port of ports) {
    const wire = await openWire(() => ({ port, ended() {} }));
    started.defer(() => wire.close());
    postWires.push(wire);
  }
  const posting = createRest(
    postWires.map(({ port }) => port),
    ending.signal,
  );
  started.defer(() => posting.close());
  const latencies = new Latencies();

  const failed = Promise.withResolvers<never>();
  const watch = (underway: Promise<unknown>): void => void underway.catch(failed.reject);
  watch(cluster.failure);
  const registering = Array.from({ length: schedule.authors }, async () =>
    issueAccount(await register(rest)),
  );
  const authors = await Promise.race([Promise.all(registering), failed.promise]);
  // They never registered, as users of another issuer of tokens.
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
    const wire = await openWire(() => {
      node = cluster.pick();
      return { port: at(ports, node), ended: client.link() };
    });
    started.defer(() => wire.close());
    const onSight = (key: string): void => {
      if (plan.isSpared) latencies.saw(key, node);
    };
    const onProblem = (problem: string): void => void problems.push(problem);
    readers.push(new ReaderClient({ name, plan, token, wire, recorder: client, folder, onSight, onProblem }));
  }
  started.defer(() => ending.abort());
  const stack = started.move();
  // What did not get through a cut TCP tries again, also for a process that was killed, after at most as long as
  // it has tried before.
  const longestCutMs = Math.max(
    0,
    ...schedule.steps.map((step) => (step.kind === 'cut-engine' ? step.forMs : 0)),
  );
  const stragglerMs = 2 * longestCutMs;
  /** Pairs whose last change is not over. */
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
    signal: ending.signal,
    post: (author, key) =>
      recorder.post(author.id, key, async () => {
        const body = { text: key };
        const post = {
          method: 'POST',
          path: '/post/create',
          token: author.token,
          idempotencyKey: key,
          body,
          onAttempt: (node: number) => latencies.asked(key, node),
        } as const;
        return (await posting.insist(post)) as string | null;
      }),
    async loseAnswers(forMs) {
      // Longer than that, so that the connections break before anything gets through.
      for (const wire of postWires) wire.freeze(forMs + 1000);
      await delay(forMs);
      for (const wire of postWires) {
        wire.drop(0);
        wire.heal();
      }
    },
    async changeFriend(kind, pair) {
      const user = at(users, pair.user);
      const friend = at(authors, pair.author).id;
      const ofPair = `${user.id} ${friend}`;
      if (changing.has(ofPair)) return;
      changing.add(ofPair);
      const path = `/friend/${kind === 'set' ? 'set' : 'delete'}/${friend}`;
      let attempts = 0;
      const onAttempt = (): void => {
        attempts += 1;
      };
      await recorder.changeFriend({ kind, user: user.id, friend }, async () => {
        return (await rest.insist({ method: 'PUT', path, token: user.token, onAttempt })) !== null;
      });
      const isOver = delay(attempts > 1 ? stragglerMs : 0, undefined, { signal: ending.signal });
      isOver.then(
        () => changing.delete(ofPair),
        () => {}, // the run has ended
      );
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Who is befriended must be registered. */
async function register(rest: Rest): Promise<string> {
  const body = { first_name: 'Ada', second_name: 'Lovelace', password: 'analytical engine' };
  const registered = await rest.insist({ method: 'POST', path: '/user/register', body });
  return (registered as { readonly user_id: string }).user_id;
}
