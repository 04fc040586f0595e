import { describe, expect, it } from 'vitest';
import { channelUrl } from '../../../src/runtime/client/channel-url.ts';
import type { ChannelDescriptor } from '../../../src/runtime/shared/descriptor.ts';
import { guard, isText, nothing } from './chat-channel.ts';

const any = { values: [], default: undefined };

const channel: ChannelDescriptor = {
  ...nothing,
  address: '/rooms/{room}/ü',
  parameters: guard({ room: isText, floor: (value) => value === undefined || isText(value) }),
  parameterDefaults: { room: 'lobby' },
  servers: [
    {
      name: 'production',
      protocol: 'wss',
      host: '{region}.example.org:{port}',
      pathname: '/api/{version}',
      variables: {
        region: any,
        port: { values: ['443', '8443'], default: '8443' },
        version: { values: [], default: 'v 1' },
      },
    },
    { name: 'local', protocol: 'ws', host: 'localhost:8080', pathname: '', variables: {} },
  ],
};

describe('the server of a channel', () => {
  it.each([
    [
      'the first by default',
      { variables: { region: 'eu' } },
      'wss://eu.example.org:8443/api/v%201/rooms/lobby/%C3%BC',
    ],
    ['one by name', { server: 'local' }, 'ws://localhost:8080/rooms/lobby/%C3%BC'],
    [
      'one with all its variables',
      { server: 'production', variables: { region: 'us', port: '443', version: 'a/b' } },
      'wss://us.example.org/api/a%2Fb/rooms/lobby/%C3%BC',
    ],
    [
      'one with empty variables',
      { server: 'local', variables: {} },
      'ws://localhost:8080/rooms/lobby/%C3%BC',
    ],
    [
      'replaced by a URL, whose path replaces the pathname',
      { url: 'http://127.0.0.1:9/base/' },
      'ws://127.0.0.1:9/base/rooms/lobby/%C3%BC',
    ],
  ])('is %s', (_, target, expected) => {
    expect(channelUrl(channel, target).href).toBe(expected);
  });

  it.each([
    ['a URL and a server', { url: 'ws://localhost', server: 'local' }, '`url` replaces'],
    ['a URL and variables', { url: 'ws://localhost', variables: {} }, '`url` replaces'],
    ['an unknown server', { server: 'staging' }, '`server` must be one of production, local'],
    ['a variable without a value', {}, '`variables`: region must be a string'],
    ['a variable of another type', { variables: { region: 7 } }, '`variables`: region must be a string'],
    [
      'a variable with a value that is not in the contract',
      { variables: { region: 'eu', port: '80' } },
      '`variables`: port must be one of 443, 8443',
    ],
    [
      'an unknown variable',
      { server: 'local', variables: { region: 'eu' } },
      'the server local has no variable region',
    ],
    [
      'an inherited property as a variable',
      { variables: { region: 'eu', toString: 'x' } },
      'no variable toString',
    ],
    [
      'a variable that leads to another host',
      { variables: { region: 'evil.org/' } },
      'host of the server production',
    ],
    ['a variable with a user', { variables: { region: 'me:secret@evil' } }, 'host of the server production'],
    [
      'a variable that makes the host invalid',
      { variables: { region: '[' } },
      'host of the server production',
    ],
    [
      'a variable that is a dot segment',
      { variables: { region: 'eu', version: '..' } },
      'path segment must not be',
    ],
  ])('is rejected with %s', (_, target, problem) => {
    expect(() => channelUrl(channel, target)).toThrow(
      expect.objectContaining({ code: 'invalid_options', message: expect.stringContaining(problem) }),
    );
  });

  it('is required if the contract has none', () => {
    expect(() => channelUrl(nothing, {})).toThrow('`url` is missing');
  });

  it('gets the given parameters instead of the defaults', () => {
    const { pathname } = channelUrl(channel, { server: 'local', params: { room: 'bar' } });
    expect(pathname).toBe('/rooms/bar/%C3%BC');
    expect(channelUrl(channel, { server: 'local', params: { room: undefined } }).pathname).toBe(
      '/rooms/lobby/%C3%BC',
    );
    expect(() => channelUrl(channel, { server: 'local', params: { room: '' } })).toThrow('room');
  });
});
