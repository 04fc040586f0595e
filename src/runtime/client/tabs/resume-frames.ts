import { readPath, withConstants, writePath } from '../../shared/identify-message.ts';
import type { Frame } from '../platform.ts';
import { parseFrame } from './parse-frame.ts';
import type { TabDeps } from './tab-deps.ts';

type Contract = Pick<TabDeps, 'channel' | 'names'>;

/** The cursor that a frame of the client acknowledges; null if it is anything else. */
export function ackedCursor({ channel, names }: Contract, frame: Frame): string | null {
  const value = parseFrame(frame);
  const ack = channel.receive.find(({ name }) => name === names.ack);
  const isAck = ack?.tag === undefined || readPath(value, ack.tag.path) === ack.tag.values[0];
  const cursor = readPath(value, [names.cursor]);
  return isAck && typeof cursor === 'string' ? cursor : null;
}

/** The frame after which a client connects again at once. */
export function byeFrame({ channel, names }: Contract): Frame | null {
  const bye = channel.send.find(({ name }) => name === names.bye);
  if (bye === undefined) return null;
  const message = withConstants(bye, { retryAfterMs: 0 });
  const { tag } = bye;
  return JSON.stringify(tag === undefined ? message : writePath(message, tag.path, tag.values[0]));
}
