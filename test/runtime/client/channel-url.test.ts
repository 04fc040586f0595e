import { describe, expect, it } from 'vitest';
import { channelUrl } from '../../../src/runtime/client/channel-url.ts';
import { chat, news } from './chat-channel.ts';

const params = { room: 'lobby' };

describe('the URL of a channel', () => {
  it.each([
    ['ws://localhost:8080', 'ws://localhost:8080/rooms/lobby/chat'],
    ['wss://example.org/', 'wss://example.org/rooms/lobby/chat'],
    ['https://example.org/api/v1', 'wss://example.org/api/v1/rooms/lobby/chat'],
    ['http://[::1]:8080/api/', 'ws://[::1]:8080/api/rooms/lobby/chat'],
    ['ws://example.org/%C3%BC', 'ws://example.org/%C3%BC/rooms/lobby/chat'],
    [new URL('ws://example.org'), 'ws://example.org/rooms/lobby/chat'],
  ])('of %s is %s', (url, expected) => {
    expect(channelUrl(chat, { url, params }).href).toBe(expected);
  });

  it.each([
    ['a/b', 'a%2Fb'],
    ['ü ?#&', '%C3%BC%20%3F%23%26'],
    ['100%', '100%25'],
    ["it's", "it's"],
    ['…', '%E2%80%A6'],
  ])('encodes the parameter %s as %s', (room, expected) => {
    const { pathname } = channelUrl(chat, { url: 'ws://localhost', params: { room } });
    expect(pathname).toBe(`/rooms/${expected}/chat`);
  });

  it.each(['', '.', '..', '\ud800', undefined, {}])('rejects the parameter %j', (room) => {
    const build = () => channelUrl(chat, { url: 'ws://localhost', params: { room } });
    expect(build).toThrow(expect.objectContaining({ code: 'invalid_options' }));
  });

  it('includes the encoded query', () => {
    const url = channelUrl(chat, {
      url: 'ws://localhost',
      params,
      query: { audience: 'friends', limit: 5 },
    });
    expect(url.search).toBe('?audience=friends&limit=5');
  });

  it('omits undefined query values', () => {
    const url = channelUrl(chat, { url: 'ws://localhost', params, query: { limit: undefined } });
    expect(url.href).toBe('ws://localhost/rooms/lobby/chat');
  });

  it.each([
    ['an unknown value', { audience: 'nobody' }, '`query`: /audience'],
    ['an unknown name', { since: 'now' }, '`query`: /since'],
    ['an object', { limit: {} }, '`query`: limit must be a string, number or boolean'],
  ])('rejects a query with %s', (_, query, problem) => {
    expect(() => channelUrl(chat, { url: 'ws://localhost', params, query })).toThrow(problem);
  });

  it('rejects params and a query if the channel has none', () => {
    expect(() => channelUrl(news, { url: 'ws://localhost', params })).toThrow('params');
    expect(() => channelUrl(news, { url: 'ws://localhost', query: { a: 1 } })).toThrow('query');
  });

  it.each([
    'localhost:8080',
    'ftp://localhost',
    'nonsense',
    '',
    'ws://user:password@localhost',
    'ws://localhost?audience=friends',
    'ws://localhost#top',
  ])('rejects the URL %s without repeating it', (url) => {
    const build = () => channelUrl(chat, { url, params });
    expect(build).toThrow(expect.objectContaining({ code: 'invalid_options' }));
    expect(build).not.toThrow('password');
  });
});
