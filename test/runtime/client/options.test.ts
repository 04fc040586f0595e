import { describe, expect, it } from 'vitest';
import { connect } from '../../../src/runtime/client/node.ts';
import { chat } from './chat-channel.ts';

describe('connect', () => {
  const options = {
    url: 'ws://localhost',
    params: { room: 'lobby' },
    auth: 'token',
  };

  it.each([
    ['auth', { auth: {} as { bearerAuth: string } }],
    ['auth', { auth: 'two\r\nlines' }],
    ['auth', { auth: '' }],
    ['reconnect.baseMs', { reconnect: { baseMs: 0 } }],
    ['reconnect.maxMs', { reconnect: { maxMs: Number.NaN } }],
    ['connectTimeoutMs', { connectTimeoutMs: 0 }],
    ['silenceTimeoutMs', { silenceTimeoutMs: -1 }],
    ['maxFrameBytes', { maxFrameBytes: 2 ** 40 }],
    ['maxWaitingMessages', { maxWaitingMessages: 1.5 }],
  ])('rejects an invalid value for %s', (name, wrong) => {
    expect(() => connect(chat, { ...options, ...wrong })).toThrow(
      expect.objectContaining({ code: 'invalid_options', message: expect.stringContaining(name) }),
    );
  });
});
