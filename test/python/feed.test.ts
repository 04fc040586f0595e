import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChatServer } from '../runtime/client/chat-server.ts';
import { frames, sinceOf, windowOf } from '../runtime/client/resume-feed.ts';
import { badTokens } from '../support/bad-tokens.ts';
import { makeDataDir, registerUser, startFeed } from '../support/feed-server.ts';
import { startRestartableFeed } from '../support/restartable-feed.ts';
import { type GeneratedPackage, generatePackage } from './generated-package.ts';
import { type Line, type Program, reason, startProgram } from './python.ts';

const posts = (lines: readonly Line[]): readonly unknown[] =>
  lines.flatMap(({ post }) => (post === undefined ? [] : [post]));

const isOpen = (lines: readonly Line[], times = 1): true | undefined =>
  lines.filter(({ status }) => status === 'open').length >= times || undefined;

const texts = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${name} ${index}`);

describe.skipIf(reason !== null)(`the Python client of a feed server ${reason ?? ''}`, () => {
  let generated: GeneratedPackage;
  beforeAll(async () => {
    generated = await generatePackage('asyncapi.json');
  });
  afterAll(() => generated?.remove());

  const start = (config: object): Program => startProgram('feed_app.py', generated.packages, config);

  it('delivers posts with the property names of the wire format', async () => {
    const { url, socketUrl } = await startFeed();
    const author = await registerUser(url);
    const { waitFor } = start({ url: socketUrl, tokens: [author.token], resume: false });
    await waitFor(isOpen);
    const { body: postId } = await author.post('Grüße 👋');
    const { message } = await waitFor((lines) => lines.find(({ post }) => post !== undefined));
    expect(message).toEqual({
      type: 'post',
      payload: { postId, postText: 'Grüße 👋', author_user_id: author.id },
    });
  });

  it('delivers every post once, in order, across restarts with posts in between', async () => {
    const server = await startRestartableFeed();
    const program = start({
      url: server.socketUrl,
      tokens: [server.author.token],
      // Slow, so that posts are queued when the connection is lost.
      work_seconds: 0.005,
    });
    await program.waitFor(isOpen);
    const all: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const [online, away] = [texts(`online ${round}`, 20), texts(`away ${round}`, 20)];
      all.push(...online, ...away);
      await server.post(online);
      await server.restart('other port');
      await server.post(away);
      await server.restart('same port');
      await program.waitFor((lines) => isOpen(lines, round + 2));
    }
    await program.waitFor((lines) => posts(lines).length >= all.length || undefined);
    expect(posts(program.lines)).toEqual(all);
    expect(program.lines.filter(({ reported }) => reported !== undefined)).toEqual([]);
  });

  it.each([
    ['from its saved cursor', async () => ({ cursor: join(await makeDataDir(), 'cursor') })],
    ['from its last ack', async () => ({ query: { since: 'acked', device: 'phone' } })],
  ])('continues after another process, %s', async (_, makeOptions) => {
    const { url, socketUrl } = await startFeed();
    const author = await registerUser(url);
    const config = { url: socketUrl, tokens: [author.token], ...(await makeOptions()) };
    const first = start({ ...config, count: 2 });
    await first.waitFor(isOpen);
    await author.post('one');
    await author.post('two');
    expect(await first.ended).toBe(0);
    expect(posts(first.lines)).toEqual(['one', 'two']);
    await author.post('three');
    const second = start({ ...config, count: 1 });
    expect(await second.ended).toBe(0);
    expect(posts(second.lines)).toEqual(['three']);
  });

  it('receives again the message that it was processing when it was killed', async () => {
    const { url, socketUrl } = await startFeed();
    const author = await registerUser(url);
    const config = { url: socketUrl, tokens: [author.token], query: { since: 'acked', device: 'phone' } };
    const first = start({ ...config, work_seconds: 60 });
    await first.waitFor(isOpen);
    await author.post('one');
    await first.waitFor((lines) => lines.find(({ at_work }) => at_work));
    first.process.kill('SIGKILL');
    await first.ended;
    const second = start({ ...config, count: 1 });
    expect(await second.ended).toBe(0);
    expect(posts(second.lines)).toEqual(['one']);
  });

  it('states its window, leaves it out once if the server refuses it, and resumes after silence', async () => {
    let refuses = true;
    const server = await startChatServer({
      refuse: ({ url }) => (refuses && url?.includes('window=') === true ? { status: 400 } : undefined),
    });
    const program = start({ url: server.url, tokens: ['token'], query: { window: 16 } });
    const first = await server.nextConnection();
    first.send(frames.ready(0));
    first.send(frames.post(1));
    await program.waitFor((lines) => posts(lines).length === 1 || undefined);
    refuses = false;
    first.close(1012);
    const second = await server.nextConnection();
    second.send(frames.ready(1, 16, 1500));
    second.send(frames.alive());
    second.send(frames.post(2));
    const third = await server.nextConnection();
    third.send(frames.ready(2, 16, 60_000));
    third.send(frames.post(3));
    await program.waitFor((lines) => posts(lines).length === 3 || undefined);
    expect(posts(program.lines)).toEqual(['1', '2', '3']);
    expect(windowOf(server.handshakes)).toEqual(['16', null, '16', '16']);
    expect(sinceOf(server.handshakes)).toEqual(['now', 'now', 1, 2]);
  });

  it('ends after a rejected token without showing it', async () => {
    const { url, socketUrl } = await startFeed();
    const { id } = await registerUser(url);
    for (const [name, token] of Object.entries(badTokens(id)).slice(0, 4)) {
      const program = start({ url: socketUrl, tokens: [token], fixed: true });
      expect(await program.ended, name).toBe(0);
      expect(program.lines).toContainEqual(
        expect.objectContaining({ raised: 'unauthorized', status_code: 401 }),
      );
      expect(JSON.stringify(program.lines) + program.stderr()).not.toContain(token);
    }
  });

  it('requests another token when the server rejects one', async () => {
    const { url, socketUrl } = await startFeed();
    const author = await registerUser(url);
    const { expired = '' } = badTokens(author.id);
    const program = start({ url: socketUrl, tokens: [expired, author.token] });
    await program.waitFor(isOpen);
    expect(program.lines.filter(({ requested }) => requested === 'token')).toHaveLength(2);
    const { malformed = '' } = badTokens(author.id);
    await start({ url: socketUrl, tokens: [expired, malformed, author.token] }).waitFor(isOpen);
    const refused = start({ url: socketUrl, tokens: [expired] });
    expect(await refused.ended).toBe(0);
    expect(refused.lines).toContainEqual(expect.objectContaining({ raised: 'unauthorized' }));
    expect(refused.lines.filter(({ requested }) => requested === 'token')).toHaveLength(5);
  });
});
