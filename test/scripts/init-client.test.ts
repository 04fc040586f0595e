import { spawn } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { posted, type Run, readFolder, tempFolder, typeCheck } from './generator.ts';

const exchange = `asyncapi: 3.0.0
info: { title: Exchange, version: 1.0.0 }
servers: { main: { host: '{region}.example.com', pathname: /v2, protocol: wss, variables: { region: { default: eu } }, security: [{ $ref: '#/components/securitySchemes/key' }] } }
channels:
  orders:
    address: /orders
    messages: { place: { summary: A., payload: { type: object, required: [op], properties: { op: { const: place } } }, examples: [{ payload: { op: place } }] } }
  market:
    address: /market
    messages:
      subscribe: { summary: A., payload: { type: object, required: [op, pair], properties: { op: { const: subscribe }, pair: { type: string } } }, examples: [{ payload: { op: subscribe, pair: BTC } }] }
      trade: { summary: A., payload: { type: object, required: [price], properties: { price: { type: number } } }, examples: [{ payload: { price: 1.5 } }] }
operations:
  place: { action: receive, channel: { $ref: '#/channels/orders' } }
  subscribe: { action: receive, channel: { $ref: '#/channels/market' }, messages: [{ $ref: '#/channels/market/messages/subscribe' }] }
  trade: { action: send, channel: { $ref: '#/channels/market' }, messages: [{ $ref: '#/channels/market/messages/trade' }] }
components: { securitySchemes: { key: { type: httpApiKey, in: header, name: X-Key } } }
`;

/** A program of the project; it ends with the test. */
function start(project: string, file: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, ['--env-file-if-exists=.env', file, ...args], {
    cwd: project,
    env: { PATH: process.env.PATH, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  return lines;
}

describe('posted init --client', () => {
  const folder = tempFolder();
  const project = join(folder, 'client');
  let run: Run;
  let files: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    writeFileSync(join(folder, 'exchange.yaml'), exchange);
    run = await posted('init', project, join(folder, 'exchange.yaml'), '--client');
    files = readFolder(project);
    symlinkSync(join(process.cwd(), 'node_modules'), join(project, 'node_modules'));
  });

  it('writes a client of the server in the document, and a server to test it against', () => {
    const paths = Object.keys(files).filter((path) => !path.startsWith('generated/'));
    expect(paths.toSorted()).toEqual([
      '.env',
      '.gitignore',
      'README.md',
      'exchange.yaml',
      'package.json',
      'server/app.ts',
      'server/handlers/market.ts',
      'server/handlers/orders.ts',
      'server/start.ts',
      'server/users.ts',
      'settings.json',
      'src/main.ts',
      'test/contract.test.ts',
      'tsconfig.json',
    ]);
    expect(JSON.parse(files['package.json'] ?? '').scripts).toMatchObject({
      start: 'node --env-file-if-exists=.env src/main.ts',
      server: 'node --env-file-if-exists=.env server/start.ts',
      test: 'vitest run',
    });
    // It never sends what may have an effect: an order.
    expect(files['src/main.ts']).toContain("process.argv[2] ?? 'wss://eu.example.com'");
    expect(files['src/main.ts']).toContain("client.subscribe({ pair: 'BTC' }, { whenOffline: 'wait' })");
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain('The client is src/main.ts. Put your credentials into .env.');
  });

  it('writes code that compiles', async () => {
    expect(await typeCheck(project)).toBe('');
  });

  it('writes a client that subscribes and prints what that server sends', async () => {
    const server = start(project, 'server/start.ts');
    await expect.poll(() => server[0]).toMatch(/^Listening on /);
    const url = server[0]?.replace(/^Listening on (.*)\.$/, '$1').replace('http', 'ws') ?? '';
    const client = start(project, 'src/main.ts', url);
    await expect.poll(() => client).toEqual(['{ price: 1.5 }']);
    await expect
      .poll(() => server.slice(1))
      .toEqual(["received subscribe: { op: 'subscribe', pair: 'BTC' }"]);
  });

  it.each([
    [['--durable'], '--client is for the document of a server, not for an example.'],
    [[], '--client takes the document of a server.'],
  ])('refuses what is not a document: %j', async (options, message) => {
    const { code, stderr } = await posted('init', join(folder, 'other'), '--client', ...options);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
