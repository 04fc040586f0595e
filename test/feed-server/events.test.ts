import { describe, expect, it } from 'vitest';
import { registerUser, startFeed, type TestUser } from '../support/feed-server.ts';
import { describePostgres } from '../support/postgres.ts';
import type { TestClient } from '../support/websocket.ts';
import { subscribe, takeReady } from './resumable-client.ts';

interface Message {
  readonly type: string;
  readonly payload: object;
  readonly cursor?: string;
}

const everything = 'events=posts,changes,likes,comments';

/** Bob is a friend of the author, Cyd is not. */
async function prepare(feed: Awaited<ReturnType<typeof startFeed>>) {
  const [ada, bob, cyd] = await Promise.all([
    registerUser(feed.url, 'Ada'),
    registerUser(feed.url, 'Bob'),
    registerUser(feed.url, 'Cyd'),
  ]);
  await bob.befriend(ada);
  return { feed, ada, bob, cyd };
}

/** Causes every message, and resolves with them: as a connected client gets them, and as a replay does afterwards. */
async function causeAll(ada: TestUser, bob: TestUser, cyd: TestUser) {
  const live: Message[] = [];
  const add = (type: string, payload: object): void => void live.push({ type, payload });
  const post = async (postText: string): Promise<unknown> => {
    const { body: postId } = await ada.post(postText);
    add('post', { postId, postText, author_user_id: ada.id });
    return postId;
  };
  const comment = async (author: TestUser, postId: unknown, text: string): Promise<unknown> => {
    const { body: commentId } = await author.comment(postId, text);
    add('comment_created', { commentId, postId, text, author_user_id: author.id });
    return commentId;
  };
  const [edited, deleted] = [await post('first'), await post('deleted')];
  for (const [index, user] of [bob, cyd].entries()) {
    await user.like(edited);
    add('post_liked', { postId: edited, user_id: user.id, likes: index + 1 });
  }
  await cyd.like(deleted);
  add('post_liked', { postId: deleted, user_id: cyd.id, likes: 1 });
  const commentId = await comment(cyd, edited, 'deleted alone');
  await comment(bob, deleted, 'deleted with its post');
  await comment(ada, edited, 'kept');
  await ada.updatePost(edited, 'edited');
  add('post_updated', { postId: edited, postText: 'edited', author_user_id: ada.id });
  await bob.unlike(edited);
  add('post_unliked', { postId: edited, user_id: bob.id, likes: 1 });
  await ada.deleteComment(commentId);
  add('comment_deleted', { commentId, postId: edited });
  await ada.deletePost(deleted);
  add('post_deleted', { postId: deleted, author_user_id: ada.id });
  const last = await post('last');
  await cyd.like(last);
  add('post_liked', { postId: last, user_id: cyd.id, likes: 1 });

  const replayed = live
    .filter(({ type, payload }) => {
      const about = payload as { readonly postId?: unknown; readonly commentId?: unknown };
      const isRemoved = about.postId === deleted || about.commentId === commentId;
      return !isRemoved || type.endsWith('_deleted');
    })
    .map((message) =>
      message.type === 'post' && (message.payload as { postId: unknown }).postId === edited
        ? { ...message, payload: { ...message.payload, postText: 'edited' } }
        : message,
    );
  return { live, replayed };
}

async function takeMessages(client: TestClient, count: number): Promise<readonly Message[]> {
  for (let frames = count; ; frames += 1) {
    const all = (await client.take(frames)).map((frame): Message => JSON.parse(frame));
    const messages = all.filter(({ payload }) => payload !== undefined);
    if (messages.length >= count) return messages;
  }
}

const isReaction = ({ type }: Message) => /^(post_(un)?liked|comment_.*)$/.test(type);

const withoutCursor = ({ type, payload }: Message): Message => ({ type, payload });

function describeEvents(start: () => ReturnType<typeof startFeed>): void {
  it('are only new posts for connections that ask for nothing more', async () => {
    const { feed, ada, bob, cyd } = await prepare(await start());
    const plain = await subscribe(feed, cyd, '');
    const resumable = await subscribe(feed, cyd, 'since=now');
    const { cursor } = await takeReady(resumable);
    const { live, replayed } = await causeAll(ada, bob, cyd);
    const posts = live.filter(({ type }) => type === 'post');
    expect(await plain.take(posts.length)).toEqual(posts.map((message) => JSON.stringify(message)));
    expect((await takeMessages(resumable, posts.length)).map(withoutCursor)).toEqual(posts);

    const resumed = await subscribe(feed, cyd, `since=${cursor}`);
    const kept = replayed.filter(({ type }) => type === 'post');
    expect((await takeMessages(resumed, kept.length)).map(withoutCursor)).toEqual(kept);
    await ada.post('the end');
    for (const client of [plain, resumable, resumed]) {
      const all = client.received.map((frame): string => JSON.parse(frame).type);
      expect(new Set(all.filter((type) => type !== 'ready' && type !== 'checkpoint'))).toEqual(
        new Set(['post']),
      );
    }
  });

  it('have one order for everybody who gets them', async () => {
    const { feed, ada, bob, cyd } = await prepare(await start());
    const plain = [
      await subscribe(feed, cyd, everything),
      await subscribe(feed, bob, `audience=friends&${everything}`),
    ];
    const resumable = [
      await subscribe(feed, cyd, `since=now&${everything}`),
      await subscribe(feed, bob, `since=now&audience=friends&${everything}`),
    ];
    const stranger = await subscribe(feed, cyd, `audience=friends&${everything}`);
    const { live } = await causeAll(ada, bob, cyd);
    for (const client of plain) {
      expect(await client.take(live.length)).toEqual(live.map((message) => JSON.stringify(message)));
    }
    for (const client of resumable) {
      const messages = await takeMessages(client, live.length);
      expect(messages.map(withoutCursor)).toEqual(live);
      expect(new Set(messages.map(({ cursor }) => cursor)).size).toBe(live.length);
    }
    expect(stranger.received).toEqual([]);
  });

  it('are replayed in that order, without what was deleted, after any cursor', async () => {
    const { feed, ada, bob, cyd } = await prepare(await start());
    for (const [user, audience] of [
      [cyd, 'everyone'],
      [bob, 'friends'],
    ] as const) {
      const query = `audience=${audience}&${everything}`;
      const first = await subscribe(feed, user, `since=now&${query}`);
      const { cursor } = await takeReady(first);
      const { replayed } = await causeAll(ada, bob, cyd);
      const messages = await takeMessages(
        await subscribe(feed, user, `since=${cursor}&${query}`),
        replayed.length,
      );
      expect(messages.map(withoutCursor)).toEqual(replayed);
      for (const [index, { cursor: after }] of messages.slice(0, -1).entries()) {
        const resumed = await subscribe(feed, user, `since=${after}&${query}`);
        const rest = await takeMessages(resumed, replayed.length - index - 1);
        expect(rest).toEqual(messages.slice(index + 1));
      }
    }
  });

  it('can be chosen by group', async () => {
    const { feed, ada, bob, cyd } = await prepare(await start());
    const groups = {
      posts: ['post'],
      changes: ['post_updated', 'post_deleted'],
      likes: ['post_liked', 'post_unliked'],
      comments: ['comment_created', 'comment_deleted'],
      'likes,changes': ['post_liked', 'post_unliked', 'post_updated', 'post_deleted'],
    };
    const clients = await Promise.all(
      Object.entries(groups).map(async ([events, types]) => ({
        types,
        plain: await subscribe(feed, cyd, `events=${events}`),
        resumable: await subscribe(feed, cyd, `since=now&events=${events}`),
      })),
    );
    const { live } = await causeAll(ada, bob, cyd);
    for (const { types, plain, resumable } of clients) {
      const expected = live.filter(({ type }) => types.includes(type));
      expect((await takeMessages(plain, expected.length)).map(withoutCursor)).toEqual(expected);
      expect((await takeMessages(resumable, expected.length)).map(withoutCursor)).toEqual(expected);
    }
  });

  it('of likes and comments reach the author of the post too, who does not get the posts', async () => {
    const { feed, ada, bob, cyd } = await prepare(await start());
    const query = `audience=friends&${everything}`;
    const plain = await subscribe(feed, ada, query);
    const resumable = await subscribe(feed, ada, `since=now&${query}`);
    const { cursor } = await takeReady(resumable);
    const { live, replayed } = await causeAll(ada, bob, cyd);
    const expected = live.filter(isReaction);
    expect(expected.length).toBeGreaterThan(5);
    for (const client of [plain, resumable]) {
      expect((await takeMessages(client, expected.length)).map(withoutCursor)).toEqual(expected);
    }
    const resumed = await subscribe(feed, ada, `since=${cursor}&${query}`);
    const kept = replayed.filter(isReaction);
    expect((await takeMessages(resumed, kept.length)).map(withoutCursor)).toEqual(kept);
  });
}

describe('the events of an embedded store', () => {
  describeEvents(() => startFeed());
});

describePostgres('the events of PostgreSQL', (server) => {
  describeEvents(async () => await startFeed({ DATABASE_URL: await server().createDatabase() }));
});
