import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Publisher } from '../../bench/load/publisher.ts';
import { Subscriber } from '../../bench/load/subscriber.ts';
import { createBinary } from '../../bench/peers/binary.ts';
import { cLimit } from '../../bench/peers/c-limit.ts';
import { peers } from '../../bench/peers/index.ts';
import type { PeerProcess } from '../../bench/peers/peer.ts';
import { plainDialect } from '../../bench/peers/plain-dialect.ts';
import { startProcess } from '../../bench/peers/start-process.ts';
import { wsPrebuilt } from '../../bench/peers/ws-prebuilt.ts';
import { wsSend } from '../../bench/peers/ws-send.ts';
import { wsValidate } from '../../bench/peers/ws-validate.ts';
import { isPostMessage } from '../../generated/asyncapi/validators.ts';

/** The peers that need neither a package of bench/ nor the network. */
const local = [wsSend, wsValidate, wsPrebuilt, cLimit];

const text = 'says "hello" \\ to\nthe wörld 👋';

/** The first message that a subscriber receives after a post. */
async function deliverOne({ port, dialect }: PeerProcess): Promise<string> {
  const arrived = Promise.withResolvers<string>();
  const onMessage = (bytes: Buffer, start: number, end: number) =>
    arrived.resolve(bytes.toString('utf8', start, end));
  const subscriber = new Subscriber({ port, dialect, onMessage });
  onTestFinished(() => subscriber.end());
  await subscriber.opened;
  const publisher = await Publisher.open(port, 1);
  onTestFinished(() => publisher.end());
  await publisher.send(dialect.post(text));
  return await arrived.promise;
}

/** Uses an empty cache for built programs during the test. */
async function useNewCache(): Promise<string> {
  const cache = await mkdtemp(join(tmpdir(), 'posted-test-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true });
  });
  return cache;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('the peers of the benchmarks', () => {
  it.for(local)(
    '$name delivers a post to its subscriber, and exits when it is stopped',
    async (peer, { skip }) => {
      await useNewCache();
      const failure = await peer.prepare();
      skip(failure === 'gcc is not installed', failure ?? '');
      expect(failure).toBeNull();
      const server = await peer.start();
      const message: unknown = JSON.parse(await deliverOne(server));
      expect(isPostMessage(message)).toBe(true);
      expect(message).toMatchObject({ type: 'post', payload: { postText: text } });
      await server.stop();
      expect(isRunning(server.pid)).toBe(false);
    },
  );

  it('have unique names, and ours is the first', () => {
    const names = peers.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names[0]).toBe('posted');
  });

  it('report that they exited before they were stopped', async () => {
    const server = await wsSend.start();
    process.kill(server.pid, 'SIGKILL');
    while (isRunning(server.pid)) await sleep(5);
    await expect(server.stop()).rejects.toThrow('exited before it was stopped (SIGKILL)');
  });

  it('report why they exited before they listened', async () => {
    const script = 'console.error("starting"); console.error("the port is taken"); process.exit(1)';
    const start = startProcess({ command: process.execPath, args: ['-e', script], dialect: plainDialect });
    await expect(start).rejects.toThrow(/ exited before it listened: the port is taken$/);
  });

  it('are built once', async () => {
    const cache = await useNewCache();
    const script = 'require("node:fs").writeFileSync(process.argv[1] + "/main.js", "")';
    const build = (folder: string) => ({ command: process.execPath, args: ['-e', script, folder] });
    const binary = createBinary('thing', '1', build, 'main.js');
    expect(await binary.prepare()).toBeNull();
    expect(binary.path).toBe(join(cache, 'posted-bench/thing-1/main.js'));
    const again = createBinary('thing', '1', () => ({ command: 'no-such-compiler', args: [] }), 'main.js');
    expect(await again.prepare()).toBeNull();
  });

  it('report in one line why they cannot be built, and leave nothing behind', async () => {
    const cache = await useNewCache();
    const missing = createBinary('thing', '1', () => ({ command: 'no-such-compiler', args: [] }));
    expect(await missing.prepare()).toBe('no-such-compiler is not installed');
    const script = 'console.error("line 1 is wrong\\nline 2"); process.exit(1)';
    const failing = createBinary('thing', '2', () => ({ command: process.execPath, args: ['-e', script] }));
    expect(await failing.prepare()).toContain('failed: line 1 is wrong');
    expect(readdirSync(join(cache, 'posted-bench'))).toEqual([]);
  });
});
