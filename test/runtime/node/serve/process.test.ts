import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ListenOptions } from '../../../../src/runtime/node/listen-options.ts';
import { preload } from '../../../support/server-process.ts';
import { bearer, connectClient } from '../../../support/websocket.ts';
import { feedPath } from './posts-app.ts';

interface Program {
  /** Undefined if it ended before it printed one. */
  readonly url: string | undefined;
  readonly stderr: () => string;
  kill(signal: NodeJS.Signals): void;
  /** The exit code, or the signal that ended the process. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Runs the program in its own process, until it prints its URL or ends. It does not outlive the test. */
async function runProgram(options: ListenOptions = {}, env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'program.ts'), JSON.stringify(options)], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);
  const printed = once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line));
  const program: Program = {
    url: await Promise.race([printed, ended.then(() => undefined)]),
    stderr: () => stderr,
    kill: (signal) => void child.kill(signal),
    ended,
  };
  return program;
}

/** The process that answers a request on a new connection. */
async function answeringProcess({ url = '' }: Program): Promise<string> {
  return await (await fetch(url, { headers: { Connection: 'close' } })).text();
}

async function connectTo({ url = '' }: Program) {
  return await connectClient(`${url.replace('http', 'ws')}${feedPath}`, bearer('ann'));
}

async function readMetrics({ url = '' }: Program): Promise<string> {
  return await (await fetch(`${url}/metrics`)).text();
}

describe('a program that serves a contract', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with 0 after %s, whatever else it is doing',
    async (signal) => {
      const program = await runProgram();
      const client = await connectTo(program);
      program.kill(signal);
      expect(await client.closed).toEqual({ code: 1012, reason: 'the server restarts' });
      expect(await program.ended).toBe(0);
      expect(program.stderr()).toMatch(
        /INFO listening.*INFO stopping signal=SIG(?:TERM|INT)\n.*INFO stopped/s,
      );
    },
  );

  it('serves during the drain, and ends with 1 at a second signal', async () => {
    const program = await runProgram({ drainMs: 60_000 });
    program.kill('SIGTERM');
    await expect.poll(async () => (await fetch(`${program.url}/readyz`)).status).toBe(503);
    const client = await connectTo(program);
    program.kill('SIGTERM');
    expect(await program.ended).toBe(1);
    expect((await client.closed).code).toBe(1006);
  });

  it('does not act on signals with `signals: false`', async () => {
    const program = await runProgram({ signals: false });
    program.kill('SIGTERM');
    expect(await program.ended).toBe('SIGTERM');
  });

  it('has metrics if prom-client is installed', async () => {
    const program = await runProgram();
    await connectTo(program);
    expect(await readMetrics(program)).toContain(
      'posted_websocket_connections{channel="postFeedPosted"} 1\n',
    );
  });

  it('works without prom-client, and says how to get metrics', async () => {
    const withoutMetrics = preload(`
      import { registerHooks } from 'node:module';
      registerHooks({
        resolve(specifier, context, next) {
          return next(specifier === 'prom-client' ? 'a-package-that-does-not-exist' : specifier, context);
        },
      });`);
    const program = await runProgram({}, withoutMetrics);
    await connectTo(program);
    const response = await fetch(`${program.url}/metrics`);
    expect([response.status, await response.json()]).toMatchObject([404, { code: 'not_found' }]);
    expect(program.stderr()).toContain('npm install prom-client');
    program.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  });
});

describe('a program with several workers', () => {
  it('serves one port from all of them, adds up their metrics, and ends with 0', async () => {
    const program = await runProgram({ workers: 2 });
    const pids = new Set<string>();
    await expect
      .poll(async () => {
        pids.add(await answeringProcess(program));
        return pids.size;
      })
      .toBe(2);
    const clients = await Promise.all(Array.from({ length: 4 }, () => connectTo(program)));
    const metrics = await readMetrics(program);
    expect(metrics).toContain('posted_websocket_connections{channel="postFeedPosted"} 4\n');
    expect(metrics).toContain('posted_workers 2\n');
    // The primary releases what only servers need, before the workers start.
    expect(program.stderr().match(/released|a worker has started/g)?.[0]).toBe('released');
    program.kill('SIGTERM');
    for (const client of clients) expect((await client.closed).code).toBe(1012);
    expect(await program.ended).toBe(0);
    expect(program.stderr().match(/released/g)).toHaveLength(3);
  });

  it('replaces a worker that was killed', async () => {
    const program = await runProgram({ workers: 2 });
    process.kill(Number(await answeringProcess(program)), 'SIGKILL');
    await expect
      .poll(() => program.stderr().match(/a worker has started/g)?.length, { timeout: 20_000 })
      .toBe(3);
    expect(program.stderr()).toContain('a worker has died');
    program.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  });

  it('ends with 1 and names the option if the port is in use', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    onTestFinished(() => void blocker.close());
    const { port } = blocker.address() as AddressInfo;
    const program = await runProgram({ workers: 2, port });
    expect(await program.ended).toBe(1);
    expect(program.url).toBeUndefined();
    expect(program.stderr()).toContain(`port: port ${port} of 127.0.0.1 is in use.`);
    expect(program.stderr()).toContain('A worker could not start, and has printed the reason.');
  });
});
