import { PostedError } from '../../shared/errors.ts';
import { type DecodedCursor, decodeCursor, decodedCursor, type Position } from '../cursor.ts';
import type { DeviceCursors } from '../device-cursors.ts';
import type { Device } from '../engine.ts';
import type { Tail } from '../tail.ts';
import type { ResetReason } from '../tail-listener.ts';

/** What the query of a connection says about its start. */
export interface StartRequest {
  /** `now`, `acked`, or a cursor. */
  readonly since: string;
  /** The name of the client's device. */
  readonly device?: string | undefined;
  /** `<random>.<attempt>`: names the client, and counts its connections. With it, the connection claims its device. */
  readonly instance?: string | undefined;
  /** Whether the client has left. */
  readonly hasLeft: () => boolean;
}

/** Where a resumable connection starts, as determined at its handshake. */
export interface StartPosition {
  readonly user: string;
  readonly device: string | undefined;
  /** Of the claim to the device; null without one, 'replaced' if a later attempt of the client has claimed it before. */
  readonly fence: number | 'replaced' | null;
  /** Everything after it is sent; null: everything from when the connection opens. */
  readonly position: Position | null;
  /** Whether it is a position that the client has had before. */
  readonly resumed: boolean;
  readonly reset: ResetReason | null;
}

export interface FindStartDeps {
  readonly devices: Pick<DeviceCursors, 'find' | 'claim' | 'store'>;
  readonly tail: Pick<Tail, 'position' | 'epoch' | 'locate'>;
  /** `refresh` of the delivery. */
  readonly refresh: () => Promise<void>;
}

export type FindStart = (user: string, request: StartRequest) => Promise<StartPosition>;

/**
 * Returns the function that determines where a connection starts, and makes its claim. Where a new device starts is stored
 * before it resolves.
 */
export function createFindStart({ devices, tail, refresh }: FindStartDeps): FindStart {
  async function locate(start: StartPosition, cursor: DecodedCursor, resumed = true): Promise<StartPosition> {
    const found = await tail.locate(cursor);
    return typeof found === 'string' ? { ...start, reset: found } : { ...start, position: found, resumed };
  }

  /** Starts at the end of the log, which a device does even if this process dies before its first ack. */
  async function startNow(start: StartPosition): Promise<StartPosition> {
    const { user, device, fence } = start;
    await refresh();
    if (device === undefined || fence === 'replaced') return start;
    const { epoch, position } = tail;
    await devices.store({ user, device, fence, epoch, ...position });
    return { ...start, position };
  }

  async function claim(
    start: StartPosition,
    device: Device,
    { since, hasLeft }: StartRequest,
    instance: string,
  ): Promise<StartPosition> {
    const { position } = start;
    const cursor = position === null ? null : { epoch: tail.epoch, ...position };
    const claimed = await devices.claim({ ...device, ...parseInstance(instance), cursor }, hasLeft);
    if (claimed === null) return { ...start, fence: 'replaced' as const };
    const { fence, isNew } = claimed;
    const held = { ...start, fence };
    if (isCursor(since)) return held;
    if (since === 'now' && !isNew) return await startNow(held);
    return await locate(held, decodedCursor(claimed), !isNew);
  }

  return async (user, request) => {
    const { since, device: name, instance } = request;
    let start: StartPosition = {
      user,
      device: name,
      fence: null,
      position: null,
      resumed: false,
      reset: null,
    };
    if (isCursor(since)) start = await locate(start, parseCursor(since));
    const device = name === undefined ? null : { user, device: name };
    if (device !== null && instance !== undefined) return await claim(start, device, request, instance);
    if (isCursor(since)) return start;
    const acked = since === 'acked' && device !== null ? await devices.find(device) : null;
    return acked === null ? await startNow(start) : await locate(start, decodedCursor(acked));
  };
}

function isCursor(since: string): boolean {
  return since !== 'now' && since !== 'acked';
}

function parseCursor(text: string): DecodedCursor {
  const cursor = decodeCursor(text);
  if (cursor === null) throw new PostedError('invalid_request', '`since` is not a valid cursor');
  return cursor;
}

/** @throws PostedError `invalid_request` if the text is not that of an instance */
export function parseInstance(text: string): { readonly instance: string; readonly attempt: number } {
  const [, instance, attempt] = /^([A-Za-z0-9_-]{1,64})\.([0-9]{1,9})$/.exec(text) ?? [];
  if (instance !== undefined && attempt !== undefined) return { instance, attempt: Number(attempt) };
  throw new PostedError('invalid_request', '`instance` must be a name, a dot and a number');
}
