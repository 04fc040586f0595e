import { type Log, LogLimit } from 'posted/server';
import type { DeviceCursor, Store } from '../store/store.ts';

/** The seq that each device of each user has acknowledged. Survives restarts. */
export interface DeviceCursors {
  /** Null for a device that has never acknowledged anything. */
  find(user: string, device: string): Promise<number | null>;
  /** Stores an ack within about `flushMs`. A cursor only moves forward. */
  save(user: string, device: string, seq: number): void;
  /** Stores all acks that are not stored yet. */
  close(): Promise<void>;
}

export interface DeviceCursorsOptions {
  readonly store: Pick<Store, 'findDeviceCursor' | 'saveDeviceCursors'>;
  readonly log: Log;
  readonly flushMs?: number;
}

/**
 * Clients may acknowledge every post, and losing the newest acks costs only a repetition that the client
 * drops. So acks are collected and stored in batches, one row per device.
 */
export function createDeviceCursors({ store, log, flushMs = 500 }: DeviceCursorsOptions): DeviceCursors {
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
      await store.saveDeviceCursors([...saving.values()]);
    } catch (err) {
      failures.write('error', {}, { err, devices: saving.size }, 'cannot store acks; trying again');
      for (const { user, device, seq } of saving.values()) add(user, device, seq);
    } finally {
      saving = new Map();
    }
  }

  function add(user: string, device: string, seq: number): void {
    const key = `${user} ${device}`;
    const previous = unsaved.get(key)?.seq ?? -1;
    if (seq > previous) unsaved.set(key, { user, device, seq });
  }

  return {
    async find(user, device) {
      const key = `${user} ${device}`;
      const acked = unsaved.get(key) ?? saving.get(key);
      return acked?.seq ?? (await store.findDeviceCursor(user, device));
    },
    save: add,
    async close() {
      clearInterval(timer);
      // The first may be a flush in progress, without the newest acks.
      await flush();
      await flush();
    },
  };
}
