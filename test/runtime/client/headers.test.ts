import { describe, expect, it } from 'vitest';
import { connect as connectBrowser } from '../../../src/runtime/client/browser.ts';
import type { ClientChannel } from '../../../src/runtime/client/index.ts';
import { connect } from '../../../src/runtime/client/node.ts';
import { guard, isText, type NoTypes, nothing, type PlainClient, scheme } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { openClient } from './open-chat.ts';

interface TracedTypes extends Omit<NoTypes, 'headers' | 'credentials'> {
  readonly credentials: { readonly session: 'cookie' };
  readonly headers: {
    readonly 'X-Trace': string;
    readonly 'X-Level'?: number;
    readonly Cookie?: string;
  };
}

const isDigits = (value: unknown) =>
  value === undefined || (typeof value === 'string' && /^\d+$/.test(value));
const isMaybeText = (value: unknown) => value === undefined || isText(value);

const traced: ClientChannel<PlainClient, TracedTypes> = {
  ...nothing,
  security: [scheme('session', { credentials: 'apiKey', in: 'cookie', parameter: 'session' })],
  headers: guard({ 'X-Trace': isText, 'X-Level': isDigits, Cookie: isMaybeText }),
  headerNames: ['X-Trace', 'X-Level', 'Cookie'],
};

const untraced: ClientChannel<
  PlainClient,
  Omit<TracedTypes, 'headers'> & { headers: { 'X-Level'?: number } }
> = {
  ...traced,
  headers: guard({ 'X-Level': isDigits }),
};

const auth = { session: 'key' };

describe('the headers of a handshake', () => {
  it('include those that the contract names, and the credentials', async () => {
    const server = await startChatServer();
    openClient(traced, {
      url: server.url,
      auth,
      headers: { 'X-Trace': 'ü 1', 'X-Level': 3, Cookie: 'a=b' },
    });
    await server.nextConnection();
    expect(server.handshakes[0]?.headers).toMatchObject({
      'x-trace': 'ü 1',
      'x-level': '3',
      cookie: 'a=b; session=key',
    });
  });

  it.each([
    ['a missing one', {}, '`headers`: /X-Trace'],
    ['a wrong one', { 'X-Trace': 'x', 'X-Level': 'high' }, '`headers`: /X-Level'],
    ['an unknown one', { 'X-Trace': 'x', 'X-Other': 'x' }, '`headers`: /X-Other'],
    [
      'one with a line break',
      { 'X-Trace': 'x\r\nX-Other: y' },
      '`headers`: X-Trace contains characters that a header cannot carry',
    ],
    [
      'one beyond latin1',
      { 'X-Trace': '…' },
      '`headers`: X-Trace contains characters that a header cannot carry',
    ],
  ])('are rejected with %s', (_, headers, problem) => {
    expect(() => connect(traced, { url: 'ws://localhost', auth, headers: headers as never })).toThrow(
      expect.objectContaining({ code: 'invalid_options', message: expect.stringContaining(problem) }),
    );
  });

  it('are rejected in browsers, which cannot set them', async () => {
    const url = 'ws://localhost';
    expect(() => connectBrowser(traced, { url, headers: { 'X-Trace': 'x' } })).toThrow(
      '`headers`: browsers cannot set the headers of a WebSocket, and the contract requires some.',
    );
    expect(() => connectBrowser(untraced, { url, headers: { 'X-Level': 1 } })).toThrow(
      '`headers`: browsers cannot set the headers of a WebSocket.',
    );
    const server = await startChatServer();
    await using _ = connectBrowser(untraced, { url: server.url });
    await server.nextConnection();
    expect(server.handshakes[0]?.headers['x-level']).toBeUndefined();
  });
});
