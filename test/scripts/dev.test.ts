import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createDashboard } from '../../scripts/posted/cli/dev/dashboard.ts';
import { prepareProject, tempFolder } from './generator.ts';

const root = join(import.meta.dirname, '../..');
const folder = tempFolder();

const contract = (type: string): string => `asyncapi: 3.0.0
info: { title: Ticks, version: 1.0.0 }
channels:
  ticks:
    address: /ticks
    messages:
      tick:
        summary: The time has changed.
        payload: { type: object, title: Tick, required: [n], properties: { n: { type: ${type} } } }
        examples: [{ payload: {} }]
operations:
  receiveTick: { action: receive, channel: { $ref: '#/channels/ticks' } }
`;

/** A server that prints what it is, and uses a model of the contract. */
const server = (name: string): string => `import type { TickPayload } from '../generated/asyncapi/models.ts';
const tick: TickPayload = { n: 1 };
console.log('${name}', process.env.GREETING, tick.n);
setInterval(() => {}, 1000);
`;

/** A project with a running `posted dev`, whose output is not a terminal. */
class Project {
  readonly folder: string;
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  #output = '';

  constructor(name: string) {
    this.folder = join(folder, name);
    mkdirSync(join(this.folder, 'src'), { recursive: true });
    prepareProject(this.folder);
    this.write('tsconfig.json', tsconfig);
    this.write('.env', 'GREETING=hello\n');
    this.write('asyncapi.yaml', contract('integer'));
    this.write('src/start.ts', server('first'));
    this.process = spawn(process.execPath, [join(root, 'scripts/posted/posted.ts'), 'dev'], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.on('data', (chunk) => {
        this.#output += String(chunk);
      });
    }
    const ended = once(this.process, 'close');
    onTestFinished(async () => {
      // Not SIGKILL, which would leave the server behind.
      this.process.kill();
      await ended;
    });
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }

  /** Resolves once `posted dev` has printed the text, with what it has printed since the last call. */
  async printed(text: string): Promise<string> {
    const output = await vi.waitFor(
      () => {
        if (this.#output.includes(text)) return this.#output;
        throw new Error(`posted dev has only printed:\n${this.#output}`);
      },
      { timeout: 60_000 },
    );
    this.#output = '';
    return output;
  }
}

const tsconfig = JSON.stringify({
  compilerOptions: {
    module: 'nodenext',
    target: 'es2025',
    types: ['node'],
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    skipLibCheck: true,
  },
  include: ['src', 'generated/asyncapi/models.ts'],
});

describe('posted dev', () => {
  it('restarts the server after each change that has no errors, keeps it otherwise, and stops it at the end', async () => {
    const project = new Project('ticks');
    const started = await project.printed('server | first hello 1');
    expect(started).toMatch(
      /^contract: asyncapi\.yaml generated in .*\ntypes: no errors\nserver: running since .*\n/,
    );

    project.write('src/start.ts', server('second'));
    expect(await project.printed('server | second hello 1')).not.toContain('contract:');

    project.write('asyncapi.yaml', contract('string'));
    const mistyped = await project.printed('server: running without the last changes');
    expect(mistyped).toMatch(/^types: 1 error\n {2}src\/start\.ts:2:29 {2}Type 'number' is not assignable/m);

    project.write('asyncapi.yaml', contract('number').replace('action: receive', 'action: recieve'));
    const broken = await project.printed('server: running without the last changes');
    expect(broken).toMatch(/^contract: \d+ problems?\n {2}asyncapi\.yaml:12:\d+ {2}/m);

    project.write('asyncapi.yaml', contract('number'));
    expect(await project.printed('server | second hello 1')).toContain('types: no errors');

    project.write('src/start.ts', "throw new Error('the port is in use');\n");
    const failed = await project.printed('server: ended with code 1');
    expect(failed).toContain('server | Error: the port is in use');

    project.write('src/start.ts', `process.once('SIGTERM', () => process.exit());\n${server('last')}`);
    await project.printed('server | last hello 1');
    const ended = once(project.process, 'close');
    project.process.kill('SIGINT');
    expect((await ended)[0]).toBe(0);
  }, 180_000);
});

describe('the screen of posted dev', () => {
  it('shows each state once, and the problems instead of what the server has printed', async () => {
    const screen = new Terminal();
    const dashboard = createDashboard('my-app', screen as unknown as NodeJS.WriteStream);
    dashboard.show('contract', { kind: 'good', text: 'generated' });
    dashboard.show('server', { kind: 'good', text: 'running' });
    for (let number = 1; number <= 50; number += 1) dashboard.line(`line ${number}`);
    expect(await screen.text()).toBe(
      [
        'my-app  Ctrl-C stops it',
        '',
        '  contract  ✓ generated',
        '  types',
        '  server    ✓ running',
        '',
        ...[46, 47, 48, 49, 50].map((number) => `line ${number}`),
      ].join('\n'),
    );
    dashboard.show('types', {
      kind: 'bad',
      text: '6 errors',
      problems: ['one', 'two', 'three', 'four', 'five', 'six'],
    });
    expect(await screen.text()).toMatch(
      / {2}types {5}✗ 6 errors\n.*\n\none\ntwo\nthree\nfour\nand 2 more lines$/,
    );
  });
});

/** A terminal of 12 rows, which shows what was written since it was last cleared. */
class Terminal {
  readonly isTTY = true;
  readonly rows = 12;
  readonly columns = 80;
  #written = '';

  on(): void {}

  write(text: string): void {
    this.#written += text;
  }

  async text(): Promise<string> {
    await new Promise((resolve) => setImmediate(resolve));
    const shown = this.#written.slice(this.#written.lastIndexOf('\x1b[H') + 3);
    // Without colors, and spaces at the end of a line.
    return stripVTControlCharacters(shown).replaceAll(/ +$/gm, '');
  }
}
