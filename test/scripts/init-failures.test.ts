import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connectClient, refusedHandshake } from '../support/websocket.ts';
import { posted, tempFolder } from './generator.ts';

const root = join(import.meta.dirname, '../..');
const project = join(tempFolder(), 'ticks');

const document = `asyncapi: 3.0.0
info: { title: Ticks, version: 1.0.0 }
channels:
  ticks:
    address: /ticks
    messages:
      tick:
        summary: The time has changed.
        payload: { type: object, title: Tick, required: [n], properties: { n: { type: integer } } }
        examples: [{ payload: { n: 1 } }]
operations:
  receiveTick: { action: receive, channel: { $ref: '#/channels/ticks' } }
`;

type Server = ChildProcessByStdio<null, Readable, Readable>;

/** Starts the project as `npm start` does. */
async function start(): Promise<{ readonly server: Server; readonly url: string }> {
  const env = { ...process.env, PORT: '0' };
  const server = spawn(process.execPath, ['src/start.ts'], {
    cwd: project,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  const [printed] = await once(server.stdout, 'data');
  const [, url = ''] = /Listening on http(:\S+)\./.exec(String(printed)) ?? [];
  return { server, url: `ws${url}/ticks` };
}

async function stderrOf(act: (url: string) => Promise<unknown>): Promise<string> {
  const { server, url } = await start();
  const output = text(server.stderr);
  await act(url);
  server.kill();
  return output;
}

describe('a new project', () => {
  beforeAll(async () => {
    mkdirSync(project);
    writeFileSync(join(project, 'asyncapi.yaml'), document);
    const { code, stderr } = await posted('init', project);
    if (code !== 0) throw new Error(stderr);
    // As if the package were installed. Node runs its sources because the link leads out of node_modules.
    mkdirSync(join(project, 'node_modules'));
    symlinkSync(join(root, 'src/runtime'), join(project, 'node_modules/posted'));
  });

  it('logs the stack of an error that a handler throws', async () => {
    const path = join(project, 'src/handlers/ticks.ts');
    const handlers = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      handlers.replace('receiveTick(message) {', "$&\nthrow new Error('the disk is gone');"),
    );
    const output = await stderrOf(async (url) => {
      const client = await connectClient(url);
      client.webSocket.send('{"n":1}');
      expect((await client.closed).code).toBe(1011);
    });
    expect(output).toMatch(
      /^\S+ ERROR a handler failed channel=ticks operation=receiveTick connection=\S+ requestId=\S+\n/,
    );
    expect(output).toMatch(/\n {4}Error: the disk is gone\n {8}at .*handlers\/ticks\.ts:\d+/);
  });

  it('logs why a page of another origin is refused, and the setting that allows it', async () => {
    const output = await stderrOf((url) =>
      refusedHandshake(url, { headers: { Origin: 'http://localhost:3000' } }),
    );
    expect(output).toMatch(/^\S+ WARN a handshake was refused reason=origin /);
    expect(output).toContain('remedy="add http://localhost:3000 to origins in settings.json"');
  });
});
