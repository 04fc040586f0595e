import { expect } from 'vitest';
import type { PostMessage, ReadyMessage } from '../../generated/asyncapi/models.ts';
import type { startFeed, TestUser } from '../support/feed-server.ts';
import { bearer, connectClient, type TestClient } from '../support/websocket.ts';

export const channel = '/post/feed/posted';
export const foreignCursor = 'AAECAwQFBgcICQoLDA0ODwAAAAAAKg';

type Feed = Awaited<ReturnType<typeof startFeed>>;

export function subscribe({ socketUrl }: Feed, { token }: TestUser, query: string): Promise<TestClient> {
  return connectClient(`${socketUrl}${channel}?${query}`, bearer(token));
}

export async function takeReady(client: TestClient): Promise<ReadyMessage> {
  const [frame = ''] = await client.take(1);
  const ready = JSON.parse(frame);
  expect(ready.type).toBe('ready');
  return ready;
}

/** The first `count` posts, between which there may be checkpoints. */
export async function takePosts(client: TestClient, count: number): Promise<readonly PostMessage[]> {
  for (let frames = count + 1; ; frames += 1) {
    const messages = (await client.take(frames)).map((frame) => JSON.parse(frame));
    const posts = messages.filter(({ type }) => type === 'post');
    if (posts.length >= count) return posts;
  }
}

export function textsOf(posts: readonly PostMessage[]): readonly string[] {
  return posts.map(({ payload }) => payload.postText);
}

export function acknowledge(client: TestClient, cursor: string | undefined): void {
  client.webSocket.send(JSON.stringify({ type: 'ack', cursor }));
}

export async function postAll(author: TestUser, texts: readonly string[]): Promise<void> {
  for (const text of texts) expect((await author.post(text)).status).toBe(200);
}

export async function takeReset(client: TestClient): Promise<unknown> {
  expect((await takeReady(client)).resumed).toBe(false);
  return JSON.parse((await client.take(2))[1] ?? '');
}

export function reset(reason: string) {
  return { type: 'reset', reason, cursor: expect.any(String) };
}
