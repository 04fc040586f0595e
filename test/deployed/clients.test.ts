import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reason } from '../python/python.ts';
import { makeDataDir, registerUser, startFeed } from '../support/feed-server.ts';
import { startRestartableFeed } from '../support/restartable-feed.ts';
import embedded from './222631d/embedded/state.json' with { type: 'json' };
import { type Release, startReader, textsOf, valuesOf } from './reader.ts';

const folder = join(import.meta.dirname, '222631d');

const releases: readonly Release[] = [
  { language: 'TypeScript', path: join(folder, 'typescript/client.mjs') },
  { language: 'Python', path: join(folder, 'python') },
];

const soon = { timeout: 10_000, interval: 10 };

const texts = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name} ${index}`);

describe.each(releases)('the $language client of commit 222631d', (release) => {
  describe.skipIf(release.language === 'Python' && reason !== null)(`at this server ${reason ?? ''}`, () => {
    it('receives posts on a plain connection, with nothing added', async () => {
      const { url, socketUrl } = await startFeed();
      const author = await registerUser(url);
      const reader = await startReader(release, { url: socketUrl, token: author.token, resume: false });
      await expect.poll(() => valuesOf(reader, 'open'), soon).toHaveLength(1);
      const { body: postId } = await author.post('Grüße 👋');
      const payload = { postId, postText: 'Grüße 👋', author_user_id: author.id };
      await expect
        .poll(() => reader.events, soon)
        .toEqual([{ open: true }, { message: { type: 'post', payload } }]);
    });

    it('receives every post once, in order, across restarts with posts in between', async () => {
      const server = await startRestartableFeed();
      const reader = await startReader(release, { url: server.socketUrl, token: server.author.token });
      await expect.poll(() => valuesOf(reader, 'open'), soon).toHaveLength(1);
      const all: string[] = [];
      for (let round = 0; round < 2; round += 1) {
        const [online, away] = [texts(`online ${round}`, 20), texts(`away ${round}`, 20)];
        all.push(...online, ...away);
        await server.post(online);
        await server.restart('other port');
        await server.post(away);
        await server.restart('same port');
        await expect.poll(() => valuesOf(reader, 'open'), soon).toHaveLength(round + 2);
      }
      await expect.poll(() => textsOf(reader).length, soon).toBeGreaterThanOrEqual(all.length);
      expect(textsOf(reader)).toEqual(all);
      expect(valuesOf(reader, 'error')).toEqual([]);
    });

    it.each([
      ['the cursor that it kept', async () => ({ cursors: join(await makeDataDir(), 'cursor') })],
      ['its last ack', async () => ({ query: { since: 'acked', device: 'phone' } })],
    ])('continues after a client restart from %s', async (_, makeOptions) => {
      const { url, socketUrl } = await startFeed();
      const author = await registerUser(url);
      const options = { url: socketUrl, token: author.token, ...(await makeOptions()) };
      const first = await startReader(release, { ...options, count: 2 });
      await expect.poll(() => valuesOf(first, 'open'), soon).toHaveLength(1);
      for (const text of ['one', 'two']) await author.post(text);
      await first.ended;
      expect(textsOf(first)).toEqual(['one', 'two']);
      await author.post('three');
      const second = await startReader(release, { ...options, count: 1 });
      await second.ended;
      expect(textsOf(second)).toEqual(['three']);
      expect([...valuesOf(first, 'error'), ...valuesOf(second, 'error')]).toEqual([]);
    });

    it('acknowledges fast enough for a window of 256', async () => {
      const { url, socketUrl } = await startFeed();
      const author = await registerUser(url);
      const reader = await startReader(release, { url: socketUrl, token: author.token });
      await expect.poll(() => valuesOf(reader, 'open'), soon).toHaveLength(1);
      const all = texts('post', 600);
      for (const text of all) await author.post(text);
      await expect.poll(() => textsOf(reader).length, soon).toBe(all.length);
      expect(textsOf(reader)).toEqual(all);
      expect(valuesOf(reader, 'open')).toHaveLength(1);
    });

    it('receives a reset for a cursor of another history, and then new posts', async () => {
      const { url, socketUrl } = await startFeed();
      const author = await registerUser(url);
      const query = { since: embedded.held.cursor };
      const reader = await startReader(release, { url: socketUrl, token: author.token, query });
      await expect.poll(() => valuesOf(reader, 'reset'), soon).toEqual(['epoch']);
      await author.post('after');
      await expect.poll(() => textsOf(reader), soon).toEqual(['after']);
      expect(valuesOf(reader, 'error')).toEqual([]);
    });

    it('reconnects after the delay in the bye of a server that shuts down', async () => {
      const { server, url, socketUrl } = await startFeed({ BYE_SPREAD_MS: '1' });
      const { token } = await registerUser(url);
      const reader = await startReader(release, { url: socketUrl, token, backoffMs: 60_000 });
      await expect.poll(() => valuesOf(reader, 'open'), soon).toHaveLength(1);
      await server.close();
      // Without a bye, the delay would be random, up to a minute.
      await expect.poll(() => valuesOf(reader, 'waiting_ms')[0], soon).toBeLessThanOrEqual(1);
    });
  });
});
