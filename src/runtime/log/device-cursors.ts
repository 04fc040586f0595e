import type { Log } from '../shared/log.ts';
import { LogLimit } from '../shared/log-limit.ts';
import type { Cursor } from './cursor.ts';
import type { DeviceCursor, LogEngine } from './engine.ts';

/** The cursor that each device of each user has acknowledged. Survives restarts. */
export interface DeviceCursors {
  /** Null for a device that has never acknowledged anything. */
  find(user: string, device: string): Promise<Cursor | null>;
  /** Stores an ack within about `flushMs`. A cursor only moves forward within its epoch. */
  save(cursor: DeviceCursor): void;
  /** Stores all acks that are not stored yet. */
  close(): Promise<void>;
}

export interface DeviceCursorsOptions {
  readonly engine: Pick<LogEngine, 'findDeviceCursor' | 'saveDeviceCursors'>;
  readonly log: Log;
  /** Default: 500. */
  readonly flushMs?: number;
}

/**
 * Clients may acknowledge every message, and losing the newest acks costs only a repetition that the client drops. So
 * acks are collected and stored in batches, one row per device.
 */
export function createDeviceCursors({ engine, log, flushMs = 500 }: DeviceCursorsOptions): DeviceCursors {
  const failures = new LogLimit(log, { maxRecords: 1, windowMs: 60_000 });
  let unsaved = new Map<string, DeviceCursor>();
  let saving: ReadonlyMap<string, DeviceCursor> = new Map();
  let flushing: Promise<void> | null = null;
  const timer = setInterval(() => void flush(), flushMs);
  timer.unref();

  function flush(): Promise<void> {
    flushing ??= saveAll().finally(() => {
      flushing = null;
    });
    return flushing;
  }

  async function saveAll(): Promise<void> {
    if (unsaved.size === 0) return;
    saving = unsaved;
    unsaved = new Map();
    try {
      await engine.saveDeviceCursors([...saving.values()]);
    } catch (err) {
      failures.write('error', {}, { err, devices: saving.size }, 'cannot store acks; trying again');
      // Acks that came meanwhile are newer.
      unsaved = new Map([...saving, ...unsaved]);
    } finally {
      saving = new Map();
    }
  }

  return {
    async find(user, device) {
      const key = keyOf(user, device);
      const unstored = unsaved.get(key) ?? saving.get(key);
      return unstored ?? (await engine.findDeviceCursor(user, device));
    },
    save(cursor) {
      const key = keyOf(cursor.user, cursor.device);
      const previous = unsaved.get(key);
      if (previous?.epoch !== cursor.epoch || cursor.seq > previous.seq) unsaved.set(key, cursor);
    },
    async close() {
      clearInterval(timer);
      // The first may be a flush in progress, without the newest acks.
      await flush();
      await flush();
    },
  };
}

function keyOf(user: string, device: string): string {
  return JSON.stringify([user, device]);
}
