import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChatServer } from '../runtime/client/chat-server.ts';
import { frames, instanceOf, sinceOf, windowOf } from '../runtime/client/resume-feed.ts';
import { registerUser, startFeed } from '../support/feed-server.ts';
import { openLossyProxy } from '../support/lossy-proxy.ts';
import { type GeneratedPackage, generatePackage } from './generated-package.ts';
import { type Line, type Program, reason, startProgram } from './python.ts';

const query = { since: 'acked', device: 'phone' };
const replaced = 'replaced by another client with the same device';
const ended = { code: 'closed', text: `The connection was closed with 4409: ${replaced}.` };

const posts = (lines: readonly Line[]): readonly unknown[] =>
  lines.flatMap(({ post }) => (post === undefined ? [] : [post]));

const statesOf = ({ lines }: Program): readonly unknown[] =>
  lines.flatMap(({ status }) => (status === undefined ? [] : [status]));

const isOpen = (lines: readonly Line[]): true | undefined =>
  lines.some(({ status }) => status === 'open') || undefined;

describe.skipIf(reason !== null)(`the Python client with a device ${reason ?? ''}`, () => {
  let generated: GeneratedPackage;
  beforeAll(async () => {
    generated = await generatePackage('asyncapi.json');
  });
  afterAll(() => generated?.remove());

  const start = (config: object): Program => startProgram('feed_app.py', generated.packages, config);

  async function startClients(url: string) {
    const author = await registerUser(url);
    const open = async (to: string, config: object = {}) => {
      const program = start({ url: to, tokens: [author.token], query, ...config });
      await program.waitFor(isOpen);
      return program;
    };
    return { author, open };
  }

  it('is replaced for good by another one, which gets what it has not processed', async () => {
    const { url, socketUrl } = await startFeed();
    const { author, open } = await startClients(url);
    const first = await open(socketUrl, { work_seconds: 60 });
    await author.post('one');
    await first.waitFor((lines) => lines.find(({ at_work }) => at_work));

    const second = await open(socketUrl);
    await second.waitFor((lines) => posts(lines).length === 1 || undefined);
    await first.waitFor((lines) => lines.find(({ status }) => status === 'closed'));
    expect(first.lines).toContainEqual({ reported: ended.code, text: ended.text });
    await wait(200);
    expect(statesOf(first)).toEqual(['connecting', 'open', 'closed']);
    expect(statesOf(second)).toEqual(['connecting', 'open']);

    const third = await open(socketUrl);
    expect(await second.ended).toBe(0);
    expect(second.lines).toContainEqual(
      expect.objectContaining({ raised: ended.code, close: 4409, text: ended.text }),
    );
    await author.post('two');
    await third.waitFor((lines) => posts(lines).includes('two') || undefined);
    expect(statesOf(third)).toEqual(['connecting', 'open']);
  });

  it('replaces its own connection whose loss the server has not noticed', async () => {
    const { url, socketUrl } = await startFeed();
    const { author, open } = await startClients(url);
    const proxy = await openLossyProxy(socketUrl);
    const program = await open(proxy.url);
    for (let round = 1; round <= 2; round += 1) {
      await author.post(`online ${round}`);
      await program.waitFor((lines) => posts(lines).length === 2 * round - 1 || undefined);
      proxy.lose();
      await author.post(`away ${round}`);
      await program.waitFor((lines) => posts(lines).length === 2 * round || undefined);
      await expect.poll(() => proxy.lostOutput().split(replaced).length - 1, { timeout: 10_000 }).toBe(round);
    }
    expect(posts(program.lines)).toEqual(['online 1', 'away 1', 'online 2', 'away 2']);
    expect(statesOf(program).at(-1)).toBe('open');
    expect(program.lines.filter(({ reported }) => reported !== undefined)).toEqual([]);
  });

  it('claims it with a higher number each time, and leaves that out once if the server refuses it', async () => {
    let refuses = true;
    const server = await startChatServer({
      refuse: ({ url = '' }) => (refuses && /[?&](window|instance)=/.test(url) ? { status: 400 } : undefined),
    });
    start({ url: server.url, tokens: ['token'], query });
    const first = await server.nextConnection();
    refuses = false;
    first.send(frames.ready(1));
    first.close(1012);
    (await server.nextConnection()).close(1012);
    await server.nextConnection();
    const [stated, ...others] = instanceOf(server.handshakes);
    const name = stated?.name;
    expect(stated).toEqual({ name: expect.stringMatching(/./), attempt: 1 });
    expect(others).toEqual([null, { name, attempt: 2 }, { name, attempt: 3 }]);
    expect(windowOf(server.handshakes)).toEqual(['256', null, '256', '256']);
    expect(sinceOf(server.handshakes)).toEqual(['acked', 'acked', 1, 1]);
  });

  it('leaves out what the application claims if the server refuses it', async () => {
    const server = await startChatServer({
      refuse: ({ url = '' }) => (/[?&](window|instance)=/.test(url) ? { status: 400 } : undefined),
    });
    const claim = { ...query, instance: 'mine.1', window: 16 };
    start({ url: server.url, tokens: ['token'], query: claim });
    await server.nextConnection();
    const stated = server.handshakes.map(({ url = '' }) =>
      Object.fromEntries(new URL(url, server.url).searchParams),
    );
    expect(stated).toEqual([{ ...claim, window: '16' }, query]);
  });

  it('claims nothing without one', async () => {
    const server = await startChatServer();
    start({ url: server.url, tokens: ['token'] });
    await server.nextConnection();
    expect(instanceOf(server.handshakes)).toEqual([null]);
  });
});
