import type { Log } from '../shared/log.ts';
import { LogLimit } from '../shared/log-limit.ts';
import type { Cursor } from './cursor.ts';
import { deviceKey, isNewer } from './device-queries.ts';
import type { ClaimedDevice, Device, DeviceClaim, DeviceCursor, LogEngine } from './engine.ts';

/** The cursor that each device of each user has acknowledged. Survives restarts. */
export interface DeviceCursors {
  /** Null for a device that has neither started nor acknowledged anything. */
  find(device: Device): Promise<Cursor | null>;
  /**
   * Claims the device for a client, after all acks of the device here are stored. A claim that was delayed, for example
   * by the database, must not replace that of a client which came later: `hasLeft` says whether its own client is gone.
   * Resolves with null if it is, or if a later attempt of the client has claimed the device.
   */
  claim(claim: Omit<DeviceClaim, 'replaces'>, hasLeft: () => boolean): Promise<ClaimedDevice | null>;
  /** Stores an ack within about `flushMs`. A cursor only moves forward within its epoch. */
  save(cursor: DeviceCursor): void;
  /** Resolves once the cursor is stored, or a newer one. Rejects as the engine does; it is then stored later. */
  store(cursor: DeviceCursor): Promise<void>;
  /** Stores all acks that are not stored yet. */
  close(): Promise<void>;
}

export interface DeviceCursorsOptions {
  readonly engine: Pick<
    LogEngine,
    'findDeviceCursor' | 'findDeviceHolder' | 'saveDeviceCursors' | 'claimDevice' | 'trimDevices'
  >;
  readonly log: Log;
  /** How many devices a user may have, before the least recently used ones are removed; 0, the default, means no limit. */
  readonly maxPerUser?: number;
  /** Default: 500. */
  readonly flushMs?: number;
}

/** How many devices without a claim are remembered. */
const maxKnown = 10_000;

/**
 * Clients may acknowledge every message, and losing the newest acks costs only a repetition that the client drops. So
 * acks are collected and stored in batches, one row per device.
 */
export function createDeviceCursors({
  engine,
  log,
  maxPerUser = 0,
  flushMs = 500,
}: DeviceCursorsOptions): DeviceCursors {
  const failures = new LogLimit(log, { maxRecords: 1, windowMs: 60_000 });
  let unsaved = new Map<string, DeviceCursor>();
  let saving: ReadonlyMap<string, DeviceCursor> = new Map();
  /** Devices without a claim that were stored before, so that they cannot be new. */
  const known = new Set<string>();
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  const timer = setInterval(() => void settled(flush()), flushMs);
  timer.unref();

  /** Stores everything that was saved before the call; calls until it begins share it. */
  function flush(): Promise<void> {
    next ??= saveNext();
    return next;
  }

  async function saveNext(): Promise<void> {
    await settled(running);
    next = null;
    running = saveAll();
    await running;
  }

  async function saveAll(): Promise<void> {
    if (unsaved.size === 0) return;
    saving = unsaved;
    unsaved = new Map();
    try {
      await engine.saveDeviceCursors([...saving.values()]);
      await trimUsersOf(saving);
    } catch (err) {
      failures.write('error', {}, { err, devices: saving.size }, 'cannot store acks; trying again');
      const later = unsaved;
      unsaved = new Map(saving);
      for (const cursor of later.values()) save(cursor);
      throw err;
    } finally {
      saving = new Map();
    }
  }

  /** Devices of clients without claims are new if they are stored for the first time. */
  async function trimUsersOf(saved: ReadonlyMap<string, DeviceCursor>): Promise<void> {
    if (maxPerUser === 0) return;
    const users = new Set<string>();
    for (const [key, { user, fence }] of saved) {
      if (fence !== null || known.has(key)) continue;
      if (known.size >= maxKnown) known.clear();
      known.add(key);
      users.add(user);
    }
    for (const user of users) await trim(user);
  }

  /** A failure only leaves a few devices too many until the next one is new. */
  async function trim(user: string): Promise<void> {
    if (maxPerUser === 0) return;
    try {
      await engine.trimDevices(user, maxPerUser);
    } catch (err) {
      failures.write('error', {}, { err }, 'cannot remove the least recently used devices of a user');
    }
  }

  const unstored = (key: string) => unsaved.get(key) ?? saving.get(key);

  function save(cursor: DeviceCursor): void {
    const key = keyOf(cursor, cursor.fence !== null);
    if (isNewer(cursor, unsaved.get(key))) unsaved.set(key, cursor);
  }

  return {
    async find(device) {
      const own = unstored(keyOf(device, false));
      if (own !== undefined) return own;
      // Only the database knows whether their connection still holds the device.
      if (unstored(keyOf(device, true)) !== undefined) await settled(flush());
      return await engine.findDeviceCursor(device.user, device.device);
    },
    async claim(claim, hasLeft) {
      const isStored = [true, false].every((isFenced) => unstored(keyOf(claim, isFenced)) === undefined);
      if (!isStored) await settled(flush());
      const { user, device, instance, attempt } = claim;
      for (;;) {
        const holder = await engine.findDeviceHolder(user, device);
        if (hasLeft() || (holder?.instance === instance && holder.attempt > attempt)) return null;
        const claimed = await engine.claimDevice({ ...claim, replaces: holder?.fence ?? 0 });
        // Otherwise somebody else has claimed it in between.
        if (claimed === null) continue;
        if (claimed.isNew) await trim(user);
        return claimed;
      }
    },
    save,
    async store(cursor) {
      save(cursor);
      await flush();
    },
    async close() {
      clearInterval(timer);
      await settled(flush());
    },
  };
}

/** A device may have an ack of each kind: with a fence, which may be outdated, and without. */
function keyOf(device: Device, isFenced: boolean): string {
  return `${isFenced ? 'fenced ' : ''}${deviceKey(device)}`;
}

/** Failures are logged where they happen. */
async function settled(flushing: Promise<void>): Promise<void> {
  await flushing.catch(() => {});
}
