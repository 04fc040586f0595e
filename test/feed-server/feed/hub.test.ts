import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Friend, Hub, type LivePost } from '../../../src/feed-server/feed/hub.ts';
import type { FeedEvent } from '../../../src/feed-server/store/event.ts';
import { idOf } from './ids.ts';

const [ada, bob, cyd, dan] = [idOf(1), idOf(2), idOf(3), idOf(4)];
const names: Readonly<Record<string, string>> = { [ada]: 'ada', [bob]: 'bob', [cyd]: 'cyd', [dan]: 'dan' };

function createLog() {
  let seq = 0;
  const base = () => ({ seq: ++seq, createdAtMs: 0 });
  return {
    post: (author: string): FeedEvent => ({
      ...base(),
      kind: 'post',
      author,
      postId: idOf(seq),
      text: 'text',
    }),
    deletedPost: (author: string): FeedEvent => ({
      ...base(),
      kind: 'post',
      author,
      postId: 'gone',
      text: null,
    }),
    set: (user: string, friend: string): FeedEvent => ({ ...base(), kind: 'friend-set', user, friend }),
    delete: (user: string, friend: string): FeedEvent => ({
      ...base(),
      kind: 'friend-deleted',
      user,
      friend,
    }),
  };
}

function createHub(friends: Readonly<Record<string, readonly string[]>> = {}) {
  const delivered: string[] = [];
  const hub = new Hub<string>({
    friendsOf: async (user) => (friends[user] ?? []).map((id) => ({ id, sinceSeq: 0 })),
    deliver(post: LivePost, members) {
      for (const member of members) delivered.push(`${member} <- ${names[post.author]}`);
    },
  });
  const join = async (user: string, audience: 'everyone' | 'friends', member = names[user] ?? user) => {
    const subscription = await hub.subscribe(user, audience);
    hub.join(subscription, member);
    return subscription;
  };
  return { hub, delivered, join, log: createLog() };
}

describe('Hub', () => {
  it('delivers every post to those subscribed to everyone, their own included', async () => {
    const { hub, delivered, join, log } = createHub();
    await join(ada, 'everyone');
    await join(bob, 'everyone');
    hub.apply(log.post(ada));
    expect(delivered).toEqual(['ada <- ada', 'bob <- ada']);
  });

  it('delivers posts of friends, in the direction of the friendship only', async () => {
    const { hub, delivered, join, log } = createHub({ [ada]: [bob] });
    await join(ada, 'friends');
    await join(bob, 'friends');
    hub.apply(log.post(bob));
    hub.apply(log.post(ada));
    hub.apply(log.post(cyd));
    expect(delivered).toEqual(['ada <- bob']);
  });

  it('applies changes of friendships to members that have joined', async () => {
    const { hub, delivered, join, log } = createHub();
    await join(ada, 'friends');
    hub.apply(log.post(bob));
    hub.apply(log.set(ada, bob));
    hub.apply(log.post(bob));
    hub.apply(log.delete(ada, bob));
    hub.apply(log.post(bob));
    expect(delivered).toEqual(['ada <- bob']);
  });

  it('delivers to all members of a user until they end', async () => {
    const { hub, delivered, join, log } = createHub({ [ada]: [bob] });
    const first = await join(ada, 'friends', 'phone');
    await join(ada, 'friends', 'desk');
    hub.apply(log.post(bob));
    hub.end(first);
    hub.apply(log.post(bob));
    expect(delivered).toEqual(['phone <- bob', 'desk <- bob', 'desk <- bob']);
  });

  it('applies changes that arrive while the friends are loading', async () => {
    const answer = Promise.withResolvers<readonly Friend[]>();
    const delivered: string[] = [];
    const log = createLog();
    const hub = new Hub<string>({
      friendsOf: () => answer.promise,
      deliver: ({ author }) => void delivered.push(author),
    });
    const subscribing = hub.subscribe(ada, 'friends');
    await Promise.resolve();
    hub.apply(log.delete(ada, bob));
    hub.apply(log.set(ada, cyd));
    answer.resolve([{ id: bob, sinceSeq: 0 }]);
    hub.join(await subscribing, ada);
    hub.apply(log.post(bob));
    hub.apply(log.post(cyd));
    expect(delivered).toEqual([cyd]);
  });

  it('rejects a subscription whose friends cannot be loaded, and loads them again for the next', async () => {
    let fails = true;
    const delivered: string[] = [];
    const log = createLog();
    const hub = new Hub<string>({
      async friendsOf() {
        if (fails) throw new Error('the disk is gone');
        return [{ id: bob, sinceSeq: 0 }];
      },
      deliver: ({ author }) => void delivered.push(author),
    });
    await expect(hub.subscribe(ada, 'friends')).rejects.toThrow('the disk is gone');
    fails = false;
    hub.join(await hub.subscribe(ada, 'friends'), ada);
    hub.apply(log.post(bob));
    expect(delivered).toEqual([bob]);
  });

  it('loads the friends again after the last member of a user has ended', async () => {
    const friends: Record<string, readonly string[]> = { [ada]: [bob] };
    const { hub, delivered, join, log } = createHub(friends);
    hub.end(await join(ada, 'friends'));
    friends[ada] = [cyd];
    await join(ada, 'friends');
    hub.apply(log.post(bob));
    hub.apply(log.post(cyd));
    expect(delivered).toEqual(['ada <- cyd']);
  });

  it('does not deliver posts from before a friendship that was loaded before they were applied', async () => {
    const { delivered, log } = createHub();
    const before = log.post(bob);
    const set = log.set(ada, bob);
    const hub = new Hub<string>({
      friendsOf: async () => [{ id: bob, sinceSeq: set.seq }],
      deliver(_post, members) {
        for (const member of members) delivered.push(member);
      },
    });
    hub.join(await hub.subscribe(ada, 'friends'), ada);
    for (const event of [before, set, log.post(bob)]) hub.apply(event);
    expect(delivered).toEqual([ada]);
  });

  it('reloads friends, including the changes that are applied meanwhile', async () => {
    const friends: Record<string, readonly string[]> = { [ada]: [bob] };
    const { hub, delivered, join, log } = createHub(friends);
    const subscription = await join(ada, 'friends');
    friends[ada] = [cyd];
    const reloading = hub.reload();
    await Promise.resolve();
    hub.apply(log.post(bob));
    hub.apply(log.set(ada, dan));
    await reloading;
    for (const author of [bob, cyd, dan]) hub.apply(log.post(author));
    expect(delivered).toEqual(['ada <- bob', 'ada <- cyd', 'ada <- dan']);
    hub.end(subscription);
    hub.apply(log.post(cyd));
    expect(delivered).toHaveLength(3);
  });

  it('reloads friends that are loading once they are loaded', async () => {
    const answers: ((friends: readonly Friend[]) => void)[] = [];
    const delivered: string[] = [];
    const log = createLog();
    const hub = new Hub<string>({
      friendsOf: () => new Promise((answer) => void answers.push(answer)),
      deliver: ({ author }) => void delivered.push(author),
    });
    const subscribing = hub.subscribe(ada, 'friends');
    const reloading = hub.reload();
    await nextTurn();
    expect(answers).toHaveLength(1);
    answers[0]?.([{ id: bob, sinceSeq: 0 }]);
    hub.join(await subscribing, ada);
    await nextTurn();
    answers[1]?.([{ id: cyd, sinceSeq: 0 }]);
    await reloading;
    for (const author of [bob, cyd]) hub.apply(log.post(author));
    expect(delivered).toEqual([cyd]);
  });

  it('keeps its friends when a reload fails', async () => {
    let fails = false;
    const delivered: string[] = [];
    const log = createLog();
    const hub = new Hub<string>({
      async friendsOf() {
        if (fails) throw new Error('the disk is gone');
        return [{ id: bob, sinceSeq: 0 }];
      },
      deliver: ({ author }) => void delivered.push(author),
    });
    hub.join(await hub.subscribe(ada, 'friends'), ada);
    fails = true;
    await expect(hub.reload()).rejects.toThrow('the disk is gone');
    hub.apply(log.post(bob));
    hub.apply(log.delete(ada, bob));
    hub.apply(log.post(bob));
    expect(delivered).toEqual([bob]);
  });

  it('frees the memory of users who leave during a reload', async () => {
    const friends = Array.from({ length: 1000 }, (_, number) => ({ id: idOf(number), sinceSeq: 0 }));
    let reads = 0;
    const hub = new Hub<string>({
      async friendsOf() {
        reads += 1;
        await nextTurn();
        return friends;
      },
      deliver() {},
    });
    let before = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 500; round += 1) {
      // By now its pages are allocated.
      if (round === 100) before = process.memoryUsage().arrayBuffers;
      const subscription = await hub.subscribe(ada, 'friends');
      const reloading = hub.reload();
      await Promise.resolve();
      hub.end(subscription);
      await reloading;
    }
    expect(reads).toBe(1000);
    // Their friends would take 4 MB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
  });

  it('does not deliver a post that was deleted before it was applied', async () => {
    const { hub, delivered, join, log } = createHub();
    await join(ada, 'everyone');
    hub.apply(log.deletedPost(bob));
    expect(delivered).toEqual([]);
  });
});
