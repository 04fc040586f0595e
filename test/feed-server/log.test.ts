import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, read } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { jwtSecret, makeDataDir, registerUser, request } from '../support/feed-server.ts';
import { describePostgres } from '../support/postgres.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';

const readBytes = promisify(read);

/** Starts a server that writes debug records to the file descriptor `stderr`, and closes it in this process. */
async function startLoggingTo(
  stderr: number,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  try {
    return await spawnServer(
      { DATA_DIR: await makeDataDir(), LOG_LEVEL: 'debug', ...env },
      [],
      stderr === undefined ? {} : { stderr },
    );
  } finally {
    closeSync(stderr);
  }
}

/** A pipe that only the test reads, and whose reader it may close. */
async function makePipe() {
  const path = join(await makeDataDir(), 'pipe');
  execFileSync('mkfifo', [path]);
  let reader: number | null = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const closeReader = (): void => {
    if (reader !== null) closeSync(reader);
    reader = null;
  };
  onTestFinished(closeReader);
  return {
    writer: openSync(path, 'w'),
    closeReader,
    /** What the pipe contains right now. */
    async read(): Promise<string> {
      const { bytesRead, buffer } = await readBytes(
        reader ?? -1,
        Buffer.alloc(1_048_576),
        0,
        1_048_576,
        null,
      ).catch(() => ({ bytesRead: 0, buffer: Buffer.of() }));
      return buffer.toString('utf8', 0, bytesRead);
    },
  };
}

/** Makes one debug record of more than 100 bytes. */
async function requestUnknownPath({ url }: ServerProcess): Promise<void> {
  await (await fetch(`${url}/nowhere`)).text();
}

async function countDropped({ url }: ServerProcess): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^posted_log_records_dropped_total (\d+)$/m.exec(metrics)?.[1]);
}

/** Makes the server log until it has dropped records. */
async function logUntilDropped(server: ServerProcess): Promise<void> {
  while ((await countDropped(server)) === 0) {
    await Promise.all(Array.from({ length: 200 }, () => requestUnknownPath(server)));
  }
}

async function expectToServe({ url }: ServerProcess): Promise<void> {
  expect(await request(url, 'GET', '/healthz')).toMatchObject({ status: 200 });
  expect(await (await registerUser(url)).post('still here')).toMatchObject({ status: 200 });
}

describe('a server whose log cannot be written', () => {
  it('serves, counts dropped records, and stops when nobody reads the pipe', async () => {
    const server = await startLoggingTo((await makePipe()).writer);
    await logUntilDropped(server);
    await expectToServe(server);
    const startMs = performance.now();
    expect(await server.end('SIGTERM')).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(10_000);
  });

  it('logs how many records it has dropped once the pipe is read again', async () => {
    const pipe = await makePipe();
    const server = await startLoggingTo(pipe.writer);
    await logUntilDropped(server);
    let text = '';
    await expect
      .poll(
        async () => {
          text += await pipe.read();
          return text;
        },
        { interval: 1 },
      )
      .toContain('log records were dropped');
    // Every line is a complete record.
    const records = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(records.find(({ droppedRecords }) => droppedRecords !== undefined)).toMatchObject({
      level: 'error',
      droppedRecords: await countDropped(server),
    });
    expect(Buffer.byteLength(text)).toBeGreaterThan(1_000_000);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  it('serves, counts dropped records, and stops when the pipe is closed', async () => {
    const pipe = await makePipe();
    const server = await startLoggingTo(pipe.writer);
    pipe.closeReader();
    await requestUnknownPath(server);
    await expect.poll(() => countDropped(server)).toBe(1);
    await expectToServe(server);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  it('serves, counts dropped records, and stops when the disk is full', async () => {
    const server = await startLoggingTo(openSync('/dev/full', 'w'));
    await requestUnknownPath(server);
    // "listening" and the refused handshake.
    await expect.poll(() => countDropped(server)).toBe(2);
    await expectToServe(server);
    expect(await server.end('SIGTERM')).toBe(0);
  });
});

describePostgres('several workers whose log cannot be written', (server) => {
  it('serve, count the dropped records of all processes, and stop', async () => {
    const DATABASE_URL = await server().createDatabase();
    const env = { DATABASE_URL, JWT_SECRET: jwtSecret, WORKERS: '2', LOG_LEVEL: 'info' };
    const workers = await startLoggingTo(openSync('/dev/full', 'w'), env);
    // Of each worker "fsync is off", "the database is ready" and "listening"; of the primary "a worker has started".
    await expect.poll(() => countDropped(workers)).toBe(2 * 3 + 2);
    await expectToServe(workers);
    expect(await workers.end('SIGTERM')).toBe(0);
  });
});

it('a server writes its last records to a file before it exits', async () => {
  const path = join(await makeDataDir(), 'log');
  const server = await startLoggingTo(openSync(path, 'w'));
  expect(await server.end('SIGTERM')).toBe(0);
  expect(execFileSync('tail', ['-n', '1', path]).toString()).toContain('"msg":"stopped"');
});
