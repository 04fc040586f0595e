import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { request, type TestUser } from '../../../support/feed-server.ts';
import { type OpenedFeed, openFeed } from '../../client/resume-feed.ts';

/** Clients that come back to their place, and the posts that each of them is to be given once. */
export interface Crowd {
  /** Each client's connections so far. */
  readonly feeds: readonly OpenedFeed[];
  /** Posts one after the other while `during` runs, each again under its key until it is answered with 200. */
  postDuring(during: () => Promise<unknown>): Promise<void>;
  /** Expects that every client was given every post once, in order. */
  settle(): Promise<void>;
}

export async function gatherCrowd(url: string, author: TestUser, size = 8): Promise<Crowd> {
  const feeds = Array.from({ length: size }, () =>
    openFeed(url.replace(/^http/, 'ws'), { credentials: { bearerAuth: author.token } }),
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
      const answer = await request(url, 'POST', '/post/create', {
        token: author.token,
        body,
        headers,
      }).catch(() => null);
      if (answer?.status === 200) return;
      await wait(10);
    }
  }

  return {
    feeds,
    async postDuring(during) {
      const over = new AbortController();
      const done = during().finally(() => over.abort());
      while (!over.signal.aborted) await post();
      await post();
      await done;
    },
    async settle() {
      await vi.waitFor(
        () => {
          for (const { told } of feeds) expect(told.at(-1)).toBe(posted.at(-1));
        },
        { timeout: 20_000 },
      );
      for (const { told } of feeds) expect(told).toEqual(posted);
    },
  };
}

/** How often a client has lost its connection. */
export function lossesOf({ statuses }: OpenedFeed): number {
  return statuses.filter(({ state }) => state === 'waiting').length;
}
