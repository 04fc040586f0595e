import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';

const source = join(import.meta.dirname, '../../../src/runtime/shared');

/** Runs `body` in a process, with a `log` of these options. */
function run(
  body: string,
  { options = '{}', stderr = 'pipe' }: { readonly options?: string; readonly stderr?: 'pipe' | number } = {},
): ChildProcess {
  const script = `
    import { createStderrLog } from '${source}/stderr-log.ts';
    import { setTimeout as wait } from 'node:timers/promises';
    const log = createStderrLog(${options});
    ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', stderr],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function stderrOf(body: string, options?: string): Promise<string> {
  const child = run(body, options === undefined ? {} : { options });
  return text(child.stderr as NonNullable<typeof child.stderr>);
}

async function stdoutOf(child: ChildProcess): Promise<string> {
  return text(child.stdout as NonNullable<typeof child.stdout>);
}

function levels(output: string): readonly string[] {
  return output.match(/[A-Z]{4,5}(?= m)/g) ?? [];
}

describe('the standard error log', () => {
  it('writes a line with the level, the message and the fields', async () => {
    const output = await stderrOf(
      "log.warn({ channel: 'room', text: 'a b', count: 2 }, 'something happened');",
    );
    expect(output).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z WARN something happened channel=room text="a b" count=2\n$/,
    );
  });

  it('adds the stack of an error and of its causes, and none of their other properties', async () => {
    const output = await stderrOf(`
      const cause = Object.assign(new TypeError('inner'), { token: 'secret' });
      log.error({ err: Object.assign(new Error('outer', { cause }), { token: 'secret' }) }, 'a handler failed');`);
    expect(output).toMatch(
      /ERROR a handler failed\n {4}Error: outer\n {8}at .*\n(?:.*\n)* {4}caused by TypeError: inner\n {8}at /,
    );
    expect(output).not.toContain('secret');
  });

  it('writes a thrown value that is not an error', async () => {
    const output = await stderrOf("log.error({ err: { status: 404 } }, 'a handler failed');");
    expect(output).toMatch(/ERROR a handler failed\n {4}thrown: \{ status: 404 \}\n$/);
  });

  it('escapes control characters, so that no text forges a record', async () => {
    const output = await stderrOf(
      String.raw`log.warn({ a: '1\n2026 ERROR \x1b[31m', err: new Error('2\r\x1b') }, 'm');`,
    );
    expect(output).toContain(String.raw`a="1\u000a2026 ERROR \u001b[31m"`);
    expect(output).toContain(String.raw`Error: 2\u000d\u001b`);
  });

  it('writes records from its minimum level on', async () => {
    const body = "for (const level of ['debug', 'info', 'warn', 'error']) log[level]({}, 'm');";
    expect(levels(await stderrOf(body))).toEqual(['WARN', 'ERROR']);
    expect(levels(await stderrOf(body, "{ level: 'debug' }"))).toEqual(['DEBUG', 'INFO', 'WARN', 'ERROR']);
    expect(levels(await stderrOf(body, "{ level: 'silent' }"))).toEqual([]);
  });

  it('survives a field that cannot be read, and counts the record as dropped', async () => {
    const output = await stderrOf(`
      log.warn({ get broken() { throw new Error('no'); } }, 'first');
      log.warn({}, 'second');`);
    expect(output).toMatch(/^\S+ WARN log records were dropped droppedRecords=1\n\S+ WARN second\n$/);
  });

  const burst =
    "for (let i = 0; i < 3; i += 1) { log.error({}, 'lost'); await wait(10); } console.log('alive');";

  it('survives a full disk', async () => {
    const child = run(burst, { stderr: openSync('/dev/full', 'w') });
    expect(await stdoutOf(child)).toBe('alive\n');
  });

  it.each(["log.error({}, 'record ' + i)", "setImmediate(() => log.error({}, 'record ' + i))"])(
    'writes everything to a file before the process exits: %s',
    async (write) => {
      const file = join(mkdtempSync(join(tmpdir(), 'posted-log-')), 'stderr');
      onTestFinished(() => rmSync(dirname(file), { recursive: true }));
      const child = run(
        `for (let i = 0; i < 500; i += 1) { ${write}; }
        setImmediate(() => process.exit(3));`,
        { stderr: openSync(file, 'w') },
      );
      expect(await once(child, 'exit')).toEqual([3, null]);
      const records = readFileSync(file, 'utf8').match(/record \d+$/gm) ?? [];
      expect(records.toSorted()).toEqual(Array.from({ length: 500 }, (_, i) => `record ${i}`).toSorted());
    },
  );

  it('survives a pipe whose reader has closed it', async () => {
    const child = run(`await wait(100); ${burst}`);
    child.stderr?.destroy();
    expect(await stdoutOf(child)).toBe('alive\n');
  });

  it('does not wait for a pipe that nobody reads, and counts what it drops', async () => {
    const child = run(`
      for (let i = 0; i < 2000; i += 1) log.error({ text: 'x'.repeat(900) }, 'much');
      console.log('alive');
      process.once('beforeExit', () => log.error({}, 'the last'));`);
    const [printed] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
    expect(String(printed)).toBe('alive\n');
    const output = await text(child.stderr as NonNullable<typeof child.stderr>);
    const written = output.match(/ much /g)?.length ?? 0;
    expect(written).toBeLessThan(2000);
    expect(output).toMatch(
      new RegExp(`WARN log records were dropped droppedRecords=${2000 - written}\n\\S+ ERROR the last\n$`),
    );
  });
});
