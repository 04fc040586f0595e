import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LogEngine } from '../../../../src/runtime/log/engine.ts';
import type { LogEvent } from '../../../../src/runtime/log/event.ts';
import type { OtherProcesses } from '../../../../src/runtime/log/sqlite/remote-writer.ts';
import { joinSqliteEngine, openSharedWriter } from '../../../../src/runtime/log/sqlite/sqlite-engine.ts';
import { WriterHost } from '../../../../src/runtime/log/sqlite/writer-host.ts';
import type { FromHost, ToHost, WriterPort } from '../../../../src/runtime/log/sqlite/writer-port.ts';
import { PostedError } from '../../../../src/runtime/shared/errors.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { countTo, readLog } from '../suite/database.ts';
import { describeEngine } from '../suite/engine-suite.ts';
import { migrations, note, notesIn, notesOf } from '../suite/notes-application.ts';
import { makeDatabasePath, openEngine } from './open-engine.ts';

interface Link {
  readonly host: WriterPort<FromHost, ToHost>;
  readonly guest: WriterPort<ToHost, FromHost>;
  /** As if the other process had died, for both. */
  cut(): void;
}

/** Two ends of a connection that transfers JSON, as the channel of node:cluster does. */
function link(): Link {
  const closed = Promise.withResolvers<void>();
  const listeners: { host?: (message: ToHost) => void; guest?: (message: FromHost) => void } = {};
  let isCut = false;
  const deliver = (message: unknown, to: 'host' | 'guest'): void => {
    const text = JSON.stringify(message);
    setImmediate(() => {
      if (!isCut) listeners[to]?.(JSON.parse(text));
    });
  };
  return {
    host: {
      send: (message) => deliver(message, 'guest'),
      listen(listener) {
        listeners.host = listener;
      },
      closed: closed.promise,
    },
    guest: {
      send: (message) => deliver(message, 'host'),
      listen(listener) {
        listeners.guest = listener;
      },
      closed: closed.promise,
    },
    cut() {
      isCut = true;
      closed.resolve();
    },
  };
}

/** Publishes the event of each write, as a log does. */
function publishing(engine: LogEngine, others: OtherProcesses): LogEngine {
  return {
    ...engine,
    register(write) {
      const run = engine.register(write);
      return async (row, key) => {
        const outcome = await run(row, key);
        if (outcome.event !== null) others.publish(outcome.event);
        return outcome;
      };
    },
  };
}

/** Starts a process that has the writer, and resolves with it and a port to it. */
async function startServing(path: string): Promise<[ChildProcess, WriterPort<ToHost, FromHost>]> {
  const child = fork(join(import.meta.dirname, 'serving-process.ts'), [path]);
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  await once(child, 'message');
  const port: WriterPort<ToHost, FromHost> = {
    send: (message) => void (child.connected && child.send(message)),
    listen: (listener) => void child.on('message', listener as (message: unknown) => void),
    closed: once(child, 'disconnect').then(() => {}),
  };
  return [child, port];
}

describeEngine('SQLite with the writer of another process', async () => {
  const path = await makeDatabasePath();
  return {
    async open({ transactionTimeoutMs = 5000, ...options } = {}) {
      const writer = await openSharedWriter({ path, migrations, transactionTimeoutMs });
      const { host, guest } = link();
      new WriterHost(writer).serve(host);
      const { engine } = await joinSqliteEngine(guest, {
        path,
        log: silentLog,
        transactionTimeoutMs,
        ...options,
      });
      const close = async (): Promise<void> => {
        await engine.close();
        await writer.close();
      };
      onTestFinished(close);
      return { ...engine, close };
    },
  };
});

describe('a writer that several processes share', () => {
  it('orders the writes of all, which each process reads, and receives from the others', async () => {
    const path = await makeDatabasePath();
    const writer = await openSharedWriter({ path, migrations });
    const host = new WriterHost(writer);
    const engines: LogEngine[] = [];
    const receivedBy: LogEvent[][] = [];
    for (const _ of countTo(3)) {
      const { host: port, guest } = link();
      host.serve(port);
      const { engine, others } = await joinSqliteEngine(guest, { path, log: silentLog });
      const received: LogEvent[] = [];
      others.follow((events) => void received.push(...events));
      receivedBy.push(received);
      engines.push(publishing(engine, others));
    }
    onTestFinished(async () => {
      await Promise.all(engines.map((engine) => engine.close()));
      await writer.close();
    });
    const writes = engines.map((engine) => notesOf(engine));
    await Promise.all(
      countTo(300).map(async (number) => {
        await writes[number % 3]?.create(note({ text: String(number) }), undefined);
      }),
    );
    const appended = await readLog(engines[0] as LogEngine);
    for (const received of receivedBy) {
      await expect.poll(() => received.length).toBe(200);
      const seqs = new Set(received.map(({ seq }) => seq));
      expect(received.toSorted((a, b) => a.seq - b.seq)).toEqual(appended.filter(({ seq }) => seqs.has(seq)));
    }
    for (const engine of engines) {
      expect((await readLog(engine)).map(({ seq }) => seq)).toEqual(countTo(300));
      expect((await notesIn(engine)).length).toBe(300);
    }
  });

  it('rolls back the transaction of a process that dies', async () => {
    const path = await makeDatabasePath();
    const writer = await openSharedWriter({ path, migrations, transactionTimeoutMs: 60_000 });
    const [dying, living] = [link(), link()];
    const host = new WriterHost(writer);
    for (const { host: port } of [dying, living]) host.serve(port);
    const options = { path, log: silentLog };
    const [{ engine: dead }, { engine: alive }] = [
      await joinSqliteEngine(dying.guest, options),
      await joinSqliteEngine(living.guest, options),
    ];
    onTestFinished(async () => {
      await alive.close();
      await writer.close();
    });
    const draft = { channel: 'c', message: 'm', topic: 't', payload: 1 };
    const appended = Promise.withResolvers<void>();
    const lost = dead.transaction(async (transaction) => {
      await transaction.append([draft]);
      appended.resolve();
      await wait(60_000, undefined, { ref: false });
    });
    lost.catch(() => {});
    await appended.promise;
    dying.cut();
    expect(await notesOf(alive).create(note(), undefined)).toMatchObject({ seq: 1 });
  });

  it('leaves the outcome of pending writes unknown if its process is killed, and refuses later ones', async () => {
    const path = await makeDatabasePath();
    const [child, port] = await startServing(path);
    const failures: Error[] = [];
    const { engine } = await joinSqliteEngine(port, {
      path,
      log: silentLog,
      onFailure: (cause) => void failures.push(cause),
    });
    const { create } = notesOf(engine);
    const ids: string[] = [];
    const codes = new Set<string>();
    const writing = countTo(64).map(async () => {
      for (;;) {
        const row = note();
        try {
          await create(row, undefined);
          ids.push(row.id);
          if (ids.length === 500) child.kill('SIGKILL');
        } catch (thrown) {
          codes.add(PostedError.from(thrown).code);
          return;
        }
      }
    });
    await Promise.all(writing);
    expect(codes).toContain('outcome_unknown');
    expect([...codes].filter((code) => !['outcome_unknown', 'unavailable'].includes(code))).toEqual([]);
    await expect(create(note(), undefined)).rejects.toMatchObject({ code: 'unavailable' });
    expect(failures.length).toBe(1);
    await engine.close();

    const again = await openEngine({ path });
    const stored = new Set((await notesIn(again)).map(({ id }) => id));
    expect(ids.filter((id) => !stored.has(id))).toEqual([]);
    expect((await readLog(again)).map(({ seq }) => seq)).toEqual(countTo(stored.size));
  });
});
