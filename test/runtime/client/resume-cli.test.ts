import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startClient } from '../../feed-server/commands/client-process.ts';
import { startChatServer } from './chat-server.ts';
import { acksOf, cursor, frames, sinceOf } from './resume-feed.ts';
import { soon } from './soon.ts';

const { ready, post, reset } = frames;

describe('the test client as a resumable client', () => {
  it.each([
    ['starts now by default', [], '?since=now&window=256'],
    ['starts at the cursor of --since', ['--since', cursor(7)], `?since=${cursor(7)}&window=256`],
    [
      'starts after its last ack',
      ['--since', 'acked', '--device', 'kitchen'],
      '?since=acked&device=kitchen&window=256&instance=NAME.1',
    ],
    ['opens a plain connection with --plain', ['--plain'], ''],
  ])('%s', async (_, args, query) => {
    const server = await startChatServer();
    startClient([server.url, 'token', ...args]);
    await server.nextConnection();
    const { searchParams } = new URL(server.handshakes[0]?.url ?? '', server.url);
    const instance = searchParams.get('instance');
    if (instance !== null) searchParams.set('instance', instance.replace(/^[\w-]{20,64}\./, 'NAME.'));
    expect(Object.fromEntries(searchParams)).toEqual(Object.fromEntries(new URLSearchParams(query)));
  });

  it('prints posts with their cursors with --json, and acknowledges them', async () => {
    const server = await startChatServer();
    const { output } = startClient([server.url, 'token', '--json']);
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const text of [ready(5), post(6), post(7)]) connection.send(text);
    await expect.poll(() => output.stdout, soon).toBe(`${post(6)}\n${post(7)}\n`);
    await expect.poll(() => acks.at(-1), soon).toBe(7);
  });

  it('continues where it ended with --cursor', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'posted-cursor-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const server = await startChatServer();
    const args = [server.url, 'token', '--cursor', join(folder, 'cursor')];
    const first = startClient(args);
    const connection = await server.nextConnection();
    for (const text of [ready(5), post(6)]) connection.send(text);
    await expect.poll(() => first.output.stdout, soon).toContain('6\n');
    first.process.kill('SIGTERM');
    expect(await first.exit).toBe(0);
    startClient(args);
    await server.nextConnection();
    expect(sinceOf(server.handshakes)).toEqual(['now', 6]);
  });

  it('reports missing posts', async () => {
    const server = await startChatServer();
    const { output } = startClient([server.url, 'token', '--since', cursor(7)]);
    const connection = await server.nextConnection();
    for (const text of [ready(20), reset(20)]) connection.send(text);
    await expect.poll(() => output.stderr, soon).toContain('Posts were missed');
  });

  it.each([
    ['an invalid cursor', ['--since', 'yesterday'], 'since'],
    ['acked without a device', ['--since', 'acked'], 'device'],
    ['an invalid device', ['--device', 'my kitchen'], 'device'],
    ['--plain and --cursor', ['--plain', '--cursor', 'file'], '--plain'],
    ['--plain and --since', ['--plain', '--since', 'now'], '--plain'],
    ['--plain and --device', ['--plain', '--device', 'kitchen'], '--plain'],
  ])('rejects %s', async (_, args, problem) => {
    const { exit, output } = startClient(['ws://localhost:8080', 'token', ...args]);
    expect(await exit).toBe(2);
    expect(output.stderr).toContain(problem);
  });
});
