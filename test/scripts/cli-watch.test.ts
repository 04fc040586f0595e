import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tempFolder } from './generator.ts';

const folder = tempFolder();

const document = `asyncapi: 3.0.0
info: { title: Ticks, version: 1.0.0 }
channels:
  ticks:
    address: /ticks
    messages:
      tick:
        payload: { $ref: 'schemas/tick.yaml' }
        examples: [{ payload: { n: 1 } }]
operations:
  sendTick: { action: send, channel: { $ref: '#/channels/ticks' } }
`;

function schema(member: string): string {
  return `type: object\ntitle: Tick\nrequired: [n]\nproperties:\n  n: { type: integer }\n  ${member}: { type: string }\n`;
}

/** Saves like many editors, which replace the file. */
function save(path: string, text: string): void {
  writeFileSync(`${path}~`, text);
  renameSync(`${path}~`, path);
}

/** A running `posted generate --watch`. */
class Watcher {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  #output = '';
  #wake: () => void = () => {};

  constructor(args: readonly string[]) {
    this.process = spawn(process.execPath, ['scripts/posted/posted.ts', 'generate', ...args, '--watch'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.on('data', (chunk) => {
        this.#output += String(chunk);
        this.#wake();
      });
    }
    this.process.on('close', () => this.#wake());
  }

  /** Resolves with the output up to the point where the command waits for the next change. */
  async untilIdle(): Promise<string> {
    const end = /^watching .*\n/m;
    while (!end.test(this.#output)) {
      if (this.process.exitCode !== null) throw new Error(`The command ended: ${this.#output}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const index = this.#output.search(end) + (end.exec(this.#output)?.[0].length ?? 0);
    const output = this.#output.slice(0, index);
    this.#output = this.#output.slice(index);
    return output;
  }
}

describe('posted generate --watch', () => {
  it('generates after each change of a file, continues after problems and ends on SIGINT', async () => {
    mkdirSync(join(folder, 'schemas'));
    const [contract, tick] = [join(folder, 'ticks.yaml'), join(folder, 'schemas/tick.yaml')];
    writeFileSync(contract, document);
    writeFileSync(tick, schema('first'));
    const out = join(folder, 'generated');
    const models = (): string => readFileSync(join(out, 'asyncapi/models.ts'), 'utf8');
    const watcher = new Watcher([contract, '--out', out]);
    onTestFinished(() => void watcher.process.kill('SIGKILL'));

    expect(await watcher.untilIdle()).toMatch(/files in [\d.]+ s\nwatching 2 files; press Ctrl-C to stop\n$/);
    expect(models()).toContain('first');

    save(tick, schema('second'));
    await watcher.untilIdle();
    expect(models()).toContain('second');

    save(contract, document.replace('title: Ticks', 'title: Tocks'));
    await watcher.untilIdle();
    expect(models()).toContain('Tocks 1.0.0');

    rmSync(tick);
    expect(await watcher.untilIdle()).toContain(`${contract}:`);
    expect(models()).toContain('second');

    save(tick, schema('third'));
    await watcher.untilIdle();
    expect(models()).toContain('third');

    rmSync(join(folder, 'schemas'), { recursive: true });
    expect(await watcher.untilIdle()).toContain('(no such file)');
    mkdirSync(join(folder, 'new'));
    writeFileSync(join(folder, 'new/tick.yaml'), schema('fourth'));
    renameSync(join(folder, 'new'), join(folder, 'schemas'));
    await watcher.untilIdle();
    expect(models()).toContain('fourth');

    save(tick, schema('fifth'));
    await watcher.untilIdle();
    expect(models()).toContain('fifth');

    watcher.process.kill('SIGINT');
    expect(await once(watcher.process, 'exit')).toEqual([0, null]);
  });
});
