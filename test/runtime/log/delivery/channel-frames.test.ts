import { describe, expect, it } from 'vitest';
import { createChannelFrames, nullIfInvalid } from '../../../../src/runtime/log/delivery/channel-frames.ts';
import { InvalidMessageError } from '../../../../src/runtime/server/handlers.ts';
import { messageAt, sentAt } from './events.ts';

function createFrames() {
  const calls: string[] = [];
  const encoder = (name: string) => (content: object) => {
    const text = JSON.stringify(content);
    calls.push(`${name} ${text}`);
    if (text.includes('broken')) throw new InvalidMessageError('orders', name, '/payload is broken');
    return { message: text, bytes: text.length };
  };
  const frames = createChannelFrames({
    control: {
      ready: encoder('ready'),
      checkpoint: encoder('checkpoint'),
      reset: encoder('reset'),
      bye: encoder('bye'),
      alive: encoder('alive'),
    },
    contentOf(_message, payload) {
      calls.push('parse');
      return { payload };
    },
    encoders: { placed: encoder('encode') },
    encodeCursor: ({ seq }) => `cursor ${seq}`,
  });
  return { frames, calls };
}

describe('the frames of a channel', () => {
  it('parse and encode a message once, whether its frame or its content is needed', () => {
    const { frames, calls } = createFrames();
    const [first, second] = [sentAt(1), sentAt(2)];
    expect(frames.contentOf(first)).toEqual({ payload: { number: 1 } });
    const frame = frames.message(first);
    expect(frame?.message).toBe('{"payload":{"number":1},"cursor":"cursor 1"}');
    frames.message(second);
    expect(frames.message(first)).toBe(frame);
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['parse', 'encode', 'parse', 'encode']);
  });

  it('encode a message again whose payload was revised', () => {
    const { frames } = createFrames();
    frames.message(sentAt(1));
    const revised = { ...sentAt(1), payload: '{"number":7}' };
    expect(frames.message(revised)?.message).toContain('"number":7');
    expect(messageAt(1).payload).toContain('"number":1');
  });

  it('are null for a message that breaks the contract, and are not encoded again', () => {
    const { frames, calls } = createFrames();
    const broken = sentAt(1, { payload: '"broken"' });
    expect([frames.message(broken), frames.message(sentAt(2)), frames.message(broken)]).toEqual([
      null,
      expect.anything(),
      null,
    ]);
    expect(calls.filter((call) => call.startsWith('encode'))).toHaveLength(2);
  });

  it('control a connection with the cursors of positions', () => {
    const { frames } = createFrames();
    const position = { seq: 5, mark: 0 };
    expect(frames.ready(position, true, { window: 256, heartbeatMs: null })?.message).toBe(
      '{"cursor":"cursor 5","resumed":true,"window":256}',
    );
    expect(frames.reset(position, 'expired')?.message).toBe('{"reason":"expired","cursor":"cursor 5"}');
    expect(frames.bye(1000)?.message).toBe('{"retryAfterMs":1000}');
    expect(frames.checkpoint(position)?.message).toBe('{"cursor":"cursor 5"}');
  });

  it('are not null because of a bug', () => {
    expect(() =>
      nullIfInvalid(() => {
        throw new TypeError('not a function');
      }),
    ).toThrow('not a function');
  });

  it('have a heartbeat in ready only if one is promised', () => {
    const { frames } = createFrames();
    const ready = (heartbeatMs: number | null) =>
      JSON.parse(String(frames.ready({ seq: 1, mark: 0 }, true, { window: 64, heartbeatMs })?.message));
    expect(ready(null)).toEqual({ cursor: 'cursor 1', resumed: true, window: 64 });
    expect(ready(500)).toEqual({ cursor: 'cursor 1', resumed: true, window: 64, heartbeatMs: 500 });
  });

  it('encode a heartbeat once for all connections', () => {
    const { frames, calls } = createFrames();
    for (const staleMs of [0, 0, 7]) frames.alive(staleMs);
    expect(calls).toEqual(['alive {"staleMs":0}', 'alive {"staleMs":7}']);
  });

  it('know the messages that have an encoder, and are null for others', () => {
    const { frames, calls } = createFrames();
    expect(frames.knows(sentAt(1))).toBe(true);
    for (const message of ['moved', 'constructor']) {
      const unknown = sentAt(2, { message });
      expect([frames.knows(unknown), frames.message(unknown)]).toEqual([false, null]);
    }
    expect(calls).toEqual([]);
  });

  it('encode a checkpoint once for all connections at a position', () => {
    const { frames, calls } = createFrames();
    for (const seq of [5, 5, 5, 6]) frames.checkpoint({ seq, mark: 0 });
    expect(calls).toEqual(['checkpoint {"cursor":"cursor 5"}', 'checkpoint {"cursor":"cursor 6"}']);
  });
});
