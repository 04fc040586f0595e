import type { Connection } from '../../server/handlers.ts';
import type { Log } from '../../shared/log.ts';
import { LogLimit } from '../../shared/log-limit.ts';
import type { FencedDevice, LogEngine } from '../engine.ts';
import { parseInstance, type StartPosition } from './find-start.ts';

/** An open connection that has claimed its device. */
export interface DeviceHolder {
  readonly connection: Pick<Connection, 'close'>;
  readonly held: FencedDevice;
}

export interface DeviceFencesOptions {
  readonly engine: Pick<LogEngine, 'devicesClaimedAfter' | 'findDeviceHolder'>;
  readonly log: Log;
  /** How often to look for claims on other nodes. Default: 500. */
  readonly checkMs?: number;
}

export function hasClaimed(start: StartPosition): start is StartPosition & FencedDevice {
  return start.device !== undefined && typeof start.fence === 'number';
}

/** Claims per read. */
const pageSize = 1000;

/**
 * Closes connections whose device was claimed by another one: at once if that is on the same node, and after the next
 * check otherwise. A check reads the claims since the last one, so its cost does not depend on the number of connections.
 */
export class DeviceFences {
  readonly #engine: DeviceFencesOptions['engine'];
  readonly #failures: LogLimit;
  readonly #timer: NodeJS.Timeout;
  /** By user. Most have one. */
  readonly #holders = new Map<string, DeviceHolder | readonly DeviceHolder[]>();
  /** All claims up to this fence have been applied to the connections with a lower one. */
  #checked = 0;
  #isChecking = false;

  constructor({ engine, log, checkMs = 500 }: DeviceFencesOptions) {
    this.#engine = engine;
    this.#failures = new LogLimit(log, { maxRecords: 1, windowMs: 60_000 });
    this.#timer = setInterval(() => void this.#check(), checkMs);
    this.#timer.unref();
  }

  /** The connection is open now, and stays so while it holds the device. */
  add(holder: DeviceHolder): void {
    const { held } = holder;
    const before = this.#of(held.user);
    // Claims that were made during its handshake may have been checked already.
    this.#checked = this.#holders.size === 0 ? held.fence : Math.min(this.#checked, held.fence);
    this.#holders.set(held.user, before.length === 0 ? holder : [...before, holder]);
    for (const other of before) this.#apply(other.held);
    this.#apply(held);
  }

  remove(holder: DeviceHolder): void {
    const { user } = holder.held;
    const others = this.#of(user).filter((each) => each !== holder);
    const [only] = others;
    if (only === undefined) this.#holders.delete(user);
    else this.#holders.set(user, others.length === 1 ? only : others);
  }

  /**
   * With which fence a client may acknowledge for a device, whatever connection it has; null without one, 'replaced' if
   * another client has claimed the device.
   *
   * @throws PostedError `invalid_request` if the instance is not valid
   */
  async fenceOf(
    user: string,
    device: string,
    instance: string | undefined,
  ): Promise<number | 'replaced' | null> {
    if (instance === undefined) return null;
    const own = parseInstance(instance);
    const holder = await this.#engine.findDeviceHolder(user, device);
    if (holder === null) return null;
    return holder.instance === own.instance ? holder.fence : 'replaced';
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #of(user: string): readonly DeviceHolder[] {
    const found = this.#holders.get(user) ?? [];
    return 'held' in found ? [found] : found;
  }

  #apply({ user, device, fence }: FencedDevice): void {
    for (const { held, connection } of this.#of(user)) {
      if (held.device === device && held.fence < fence) connection.close('replaced');
    }
  }

  async #check(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    try {
      for (let isFull = true; isFull && this.#holders.size > 0; ) {
        const from = this.#checked;
        const claims = await this.#engine.devicesClaimedAfter(from, pageSize);
        for (const claim of claims) this.#apply(claim);
        // Unless a connection that needs earlier ones was added meanwhile.
        if (this.#checked === from) this.#checked = claims.at(-1)?.fence ?? from;
        isFull = claims.length === pageSize;
      }
    } catch (err) {
      this.#failures.write('error', {}, { err }, 'cannot read which devices were claimed; trying again');
    } finally {
      this.#isChecking = false;
    }
  }
}
