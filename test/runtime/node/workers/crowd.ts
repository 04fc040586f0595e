import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { request, type TestUser } from '../../../support/feed-server.ts';
import { type OpenedFeed, openFeed } from '../../client/resume-feed.ts';

/**
 * After which a request is sent again. Node's primary passes each connection to a worker, and one that is on its way to
 * a worker that is killed is neither answered nor closed.
 */
const requestTimeoutMs = 5000;

/** Clients that resume from their cursors, and the posts that each of them must receive once. */
export interface Crowd {
  /** Each client's connections so far. */
  readonly feeds: readonly OpenedFeed[];
  /** Posts sequentially while `during` runs, and retries each post with its idempotency key until it gets 200. */
  postDuring(during: () => Promise<unknown>): Promise<void>;
  /** Expects that every client received every post once, in order. */
  settle(): Promise<void>;
}

export async function gatherCrowd(url: string, author: TestUser, size = 8): Promise<Crowd> {
  const feeds = Array.from({ length: size }, () =>
    openFeed(url.replace(/^http/, 'ws'), { auth: author.token }),
  );
  await vi.waitFor(
    () => {
      for (const { statuses } of feeds) expect(statuses.at(-1)?.state).toBe('open');
    },
    { timeout: 10_000 },
  );
  const posted: string[] = [];

  async function post(): Promise<void> {
    const text = `post ${posted.length}`;
    posted.push(text);
    const body = { text };
    const headers = { 'Idempotency-Key': randomUUID() };
    for (;;) {
      const response = await request(url, 'POST', '/post/create', {
        token: author.token,
        body,
        headers,
        signal: AbortSignal.timeout(requestTimeoutMs),
      }).catch(() => null);
      if (response?.status === 200) return;
      await wait(10);
    }
  }

  return {
    feeds,
    async postDuring(during) {
      const ended = new AbortController();
      const done = during().finally(() => ended.abort());
      while (!ended.signal.aborted) await post();
      await post();
      await done;
    },
    async settle() {
      await vi.waitFor(
        () => {
          for (const { delivered } of feeds) expect(delivered.at(-1)).toBe(posted.at(-1));
        },
        { timeout: 20_000 },
      );
      for (const { delivered } of feeds) expect(delivered).toEqual(posted);
    },
  };
}

/** How often a client has lost its connection. */
export function lossesOf({ statuses }: OpenedFeed): number {
  return statuses.filter(({ state }) => state === 'waiting').length;
}
