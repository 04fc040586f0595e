import type { Log } from 'posted/server';
import type { DeviceCursor, Store } from '../store/store.ts';
import { throttleErrors } from './throttle-errors.ts';

/** How far each device of each user has acknowledged, over restarts. */
export interface DeviceCursors {
  /** Null for a device that has never acknowledged anything. */
  find(user: string, device: string): Promise<number | null>;
  /** Notes an ack; it is on disk within about `flushMs`, and only ever moves forward. */
  save(user: string, device: string, seq: number): void;
  /** Writes what is noted. */
  close(): Promise<void>;
}

export interface DeviceCursorsOptions {
  readonly store: Pick<Store, 'findDeviceCursor' | 'saveDeviceCursors'>;
  readonly log: Log;
  readonly flushMs?: number;
}

/**
 * Acks come with every post of every client, and losing the newest of them costs a repetition that the
 * client drops: so they are kept here and written in batches, one row a device however many acks.
 */
export function createDeviceCursors({ store, log, flushMs = 500 }: DeviceCursorsOptions): DeviceCursors {
  const logFailure = throttleErrors(log, 'cannot store acks; trying again');
  let noted = new Map<string, DeviceCursor>();
  let writing: ReadonlyMap<string, DeviceCursor> = new Map();
  let flushing: Promise<void> | null = null;
  const timer = setInterval(() => void flush(), flushMs);
  timer.unref();

  function flush(): Promise<void> {
    flushing ??= write().finally(() => {
      flushing = null;
    });
    return flushing;
  }

  async function write(): Promise<void> {
    if (noted.size === 0) return;
    writing = noted;
    noted = new Map();
    try {
      await store.saveDeviceCursors([...writing.values()]);
    } catch (err) {
      logFailure({ err, devices: writing.size });
      for (const { user, device, seq } of writing.values()) note(user, device, seq);
    } finally {
      writing = new Map();
    }
  }

  function note(user: string, device: string, seq: number): void {
    const key = `${user} ${device}`;
    const before = noted.get(key)?.seq ?? -1;
    if (seq > before) noted.set(key, { user, device, seq });
  }

  return {
    async find(user, device) {
      const key = `${user} ${device}`;
      const own = noted.get(key) ?? writing.get(key);
      return own?.seq ?? (await store.findDeviceCursor(user, device));
    },
    save: note,
    async close() {
      clearInterval(timer);
      await flush();
      await flush();
    },
  };
}
