import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { JoinedTopics } from '../../../../src/runtime/log/engine.ts';
import type { LogEvent, MessageEvent } from '../../../../src/runtime/log/event.ts';
import { type Audience, Topics, type TopicsOptions } from '../../../../src/runtime/log/topics/topics.ts';
import { idOf } from './ids.ts';

const [ada, bob, cyd, dan] = [idOf(1), idOf(2), idOf(3), 'the topic of dan'];
const names: Readonly<Record<string, string>> = { [ada]: 'ada', [bob]: 'bob', [cyd]: 'cyd', [dan]: 'dan' };

function createLog() {
  let seq = 0;
  const base = () => ({ seq: ++seq, mark: 0, createdAtMs: 0 });
  const message = (topic: string, others: Partial<MessageEvent> = {}): LogEvent => ({
    ...base(),
    kind: 'message',
    channel: 'orders',
    message: 'placed',
    topic,
    also: [],
    entity: null,
    payload: '{}',
    revises: null,
    ...others,
  });
  return {
    message,
    join: (user: string, topic: string): LogEvent => ({ ...base(), kind: 'join', user, topic }),
    leave: (user: string, topic: string): LogEvent => ({ ...base(), kind: 'leave', user, topic }),
  };
}

function joinedTopics(topics: readonly string[]): JoinedTopics {
  return { topics, sinceSeqs: topics.map(() => 0) };
}

function createTopics(joined: Readonly<Record<string, readonly string[]>> = {}) {
  const delivered: string[] = [];
  const topics = new Topics<string>({
    topicsOf: async (user) => joinedTopics(joined[user] ?? []),
    deliver({ topic }, members) {
      for (const member of members) delivered.push(`${member} <- ${names[topic]}`);
    },
  });
  const join = async (user: string, audience: Audience, member = names[user] ?? user, channel = 'orders') => {
    const subscription = await topics.subscribe(user, channel, audience);
    topics.join(subscription, member);
    return subscription;
  };
  return { topics, delivered, join, log: createLog() };
}

/** Notes the topics of the messages that anybody gets. */
function createRecorder(topicsOf: TopicsOptions<string>['topicsOf']) {
  const delivered: string[] = [];
  const topics = new Topics<string>({
    topicsOf,
    deliver: ({ topic }) => void delivered.push(topic),
  });
  return { topics, delivered, log: createLog() };
}

describe('Topics', () => {
  it('delivers a message to the subscriptions of its channel only', async () => {
    const { topics, delivered, join, log } = createTopics({ [ada]: [bob] });
    await join(ada, 'topic', 'ada in orders');
    await join(ada, 'topic', 'ada in alerts', 'alerts');
    await join(ada, 'everyone', 'all of orders');
    const all = await join(ada, 'everyone', 'all of alerts', 'alerts');
    topics.apply(log.message(bob));
    expect(delivered.splice(0)).toEqual(['all of orders <- bob', 'ada in orders <- bob']);
    topics.apply(log.message(bob, { channel: 'alerts' }));
    expect(delivered.splice(0)).toEqual(['all of alerts <- bob', 'ada in alerts <- bob']);
    topics.end(all);
    topics.apply(log.message(bob, { channel: 'alerts' }));
    topics.apply(log.message(bob, { channel: 'other' }));
    expect(delivered).toEqual(['ada in alerts <- bob']);
  });

  it('delivers every message to those subscribed to everyone, those of their own topic included', async () => {
    const { topics, delivered, join, log } = createTopics();
    await join(ada, 'everyone');
    await join(bob, 'everyone');
    topics.apply(log.message(ada));
    expect(delivered).toEqual(['ada <- ada', 'bob <- ada']);
  });

  it('delivers the messages of joined topics, in the direction of the membership only', async () => {
    const { topics, delivered, join, log } = createTopics({ [ada]: [bob, dan] });
    await join(ada, 'topic');
    await join(bob, 'topic');
    for (const topic of [bob, ada, cyd, dan]) topics.apply(log.message(topic));
    expect(delivered).toEqual(['ada <- bob', 'ada <- dan']);
  });

  it('applies changes of memberships to members that have joined', async () => {
    const { topics, delivered, join, log } = createTopics();
    await join(ada, 'topic');
    topics.apply(log.message(bob));
    topics.apply(log.join(ada, bob));
    topics.apply(log.message(bob));
    topics.apply(log.leave(ada, bob));
    topics.apply(log.message(bob));
    expect(delivered).toEqual(['ada <- bob']);
  });

  it('delivers to all members of a user until they end', async () => {
    const { topics, delivered, join, log } = createTopics({ [ada]: [bob] });
    const first = await join(ada, 'topic', 'phone');
    await join(ada, 'topic', 'desk');
    topics.apply(log.message(bob));
    topics.end(first);
    topics.apply(log.message(bob));
    expect(delivered).toEqual(['phone <- bob', 'desk <- bob', 'desk <- bob']);
  });

  it('delivers a message once to each member of the users in `also`', async () => {
    const { topics, delivered, join, log } = createTopics({ [ada]: [bob] });
    await join(ada, 'topic');
    await join(cyd, 'topic', 'phone');
    await join(cyd, 'topic', 'desk');
    await join(cyd, 'everyone', 'wall');
    await join(dan, 'topic');
    topics.apply(log.message(bob, { also: [cyd, ada, cyd, 'somebody else'] }));
    expect(delivered.toSorted()).toEqual(['ada <- bob', 'desk <- bob', 'phone <- bob', 'wall <- bob']);
  });

  it('delivers a message to a user in `also` who joins its topic later', async () => {
    const { topics, delivered, join, log } = createTopics();
    await join(ada, 'topic');
    const message = log.message(bob, { also: [ada] });
    topics.apply(log.join(ada, bob));
    topics.apply(message);
    expect(delivered).toEqual(['ada <- bob']);
  });

  it('shows messages of the past after the membership began, and those with the user in `also`', async () => {
    const { topics, join, log } = createTopics();
    const [everyone, own] = [await join(ada, 'everyone'), await join(ada, 'topic')];
    topics.apply(log.join(ada, bob));
    const at = (seq: number, also: readonly string[] = []) => ({ topic: bob, seq, also });
    expect([at(0), at(1), at(2), at(0, [cyd]), at(0, [cyd, ada])].map((m) => topics.canSee(own, m))).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
    expect(topics.canSee(everyone, at(0))).toBe(true);
    topics.end(own);
    expect(topics.canSee(own, at(2, [ada]))).toBe(false);
  });

  it('applies changes that arrive while the topics are loading', async () => {
    const answer = Promise.withResolvers<JoinedTopics>();
    const { topics, delivered, log } = createRecorder(() => answer.promise);
    const subscribing = topics.subscribe(ada, 'orders', 'topic');
    await Promise.resolve();
    topics.apply(log.leave(ada, bob));
    topics.apply(log.join(ada, cyd));
    answer.resolve(joinedTopics([bob]));
    topics.join(await subscribing, ada);
    topics.apply(log.message(bob));
    topics.apply(log.message(cyd));
    expect(delivered).toEqual([cyd]);
  });

  it('rejects a subscription whose topics cannot be loaded, and loads them again for the next', async () => {
    let fails = true;
    const { topics, delivered, log } = createRecorder(async () => {
      if (fails) throw new Error('the disk is gone');
      return joinedTopics([bob]);
    });
    await expect(topics.subscribe(ada, 'orders', 'topic')).rejects.toThrow('the disk is gone');
    fails = false;
    topics.join(await topics.subscribe(ada, 'orders', 'topic'), ada);
    topics.apply(log.message(bob));
    expect(delivered).toEqual([bob]);
  });

  it('loads the topics again after the last member of a user has ended', async () => {
    const joined: Record<string, readonly string[]> = { [ada]: [bob] };
    const { topics, delivered, join, log } = createTopics(joined);
    topics.end(await join(ada, 'topic'));
    joined[ada] = [cyd];
    await join(ada, 'topic');
    topics.apply(log.message(bob));
    topics.apply(log.message(cyd));
    expect(delivered).toEqual(['ada <- cyd']);
  });

  it('does not deliver messages from before a membership that was loaded before they were applied', async () => {
    const log = createLog();
    const before = log.message(bob);
    const joining = log.join(ada, bob);
    const { topics, delivered } = createRecorder(async () => ({
      topics: [bob],
      sinceSeqs: [joining.seq],
    }));
    topics.join(await topics.subscribe(ada, 'orders', 'topic'), ada);
    for (const event of [before, joining, log.message(bob)]) topics.apply(event);
    expect(delivered).toEqual([bob]);
  });

  it('reloads topics, including the changes that are applied meanwhile', async () => {
    const joined: Record<string, readonly string[]> = { [ada]: [bob] };
    const { topics, delivered, join, log } = createTopics(joined);
    const subscription = await join(ada, 'topic');
    joined[ada] = [cyd];
    const reloading = topics.reload();
    await Promise.resolve();
    topics.apply(log.message(bob));
    topics.apply(log.join(ada, dan));
    await reloading;
    for (const topic of [bob, cyd, dan]) topics.apply(log.message(topic));
    expect(delivered).toEqual(['ada <- bob', 'ada <- cyd', 'ada <- dan']);
    topics.end(subscription);
    topics.apply(log.message(cyd));
    expect(delivered).toHaveLength(3);
  });

  it('reloads topics that are loading once they are loaded', async () => {
    const answers: ((joined: JoinedTopics) => void)[] = [];
    const { topics, delivered, log } = createRecorder(
      () => new Promise((answer) => void answers.push(answer)),
    );
    const subscribing = topics.subscribe(ada, 'orders', 'topic');
    const reloading = topics.reload();
    await nextTurn();
    expect(answers).toHaveLength(1);
    answers[0]?.(joinedTopics([bob]));
    topics.join(await subscribing, ada);
    await nextTurn();
    answers[1]?.(joinedTopics([cyd]));
    await reloading;
    for (const topic of [bob, cyd]) topics.apply(log.message(topic));
    expect(delivered).toEqual([cyd]);
  });

  it('keeps the topics when a reload fails', async () => {
    let fails = false;
    const { topics, delivered, log } = createRecorder(async () => {
      if (fails) throw new Error('the disk is gone');
      return joinedTopics([bob]);
    });
    topics.join(await topics.subscribe(ada, 'orders', 'topic'), ada);
    fails = true;
    await expect(topics.reload()).rejects.toThrow('the disk is gone');
    topics.apply(log.message(bob));
    topics.apply(log.leave(ada, bob));
    topics.apply(log.message(bob));
    expect(delivered).toEqual([bob]);
  });

  it('frees the memory of users who leave during a reload', async () => {
    const joined = joinedTopics(Array.from({ length: 1000 }, (_, number) => idOf(number)));
    let reads = 0;
    const { topics } = createRecorder(async () => {
      reads += 1;
      await nextTurn();
      return joined;
    });
    let before = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 500; round += 1) {
      // By now its pages are allocated.
      if (round === 100) before = process.memoryUsage().arrayBuffers;
      const subscription = await topics.subscribe(ada, 'orders', 'topic');
      const reloading = topics.reload();
      await Promise.resolve();
      topics.end(subscription);
      await reloading;
    }
    expect(reads).toBe(1000);
    // Their topics would take 4 MB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
  });

  it('delivers neither redacted messages nor events that are sent to nobody', async () => {
    const { topics, delivered, join, log } = createTopics();
    await join(ada, 'everyone');
    topics.apply(log.message(bob, { payload: null }));
    topics.apply(log.message(bob, { channel: null, message: null }));
    topics.apply({ seq: 3, mark: 0, createdAtMs: 0, kind: 'unknown', name: 'later', requires: null });
    expect(delivered).toEqual([]);
  });
});
