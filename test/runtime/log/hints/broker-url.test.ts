import { describe, expect, it } from 'vitest';
import { parseBrokerUrl } from '../../../../src/runtime/log/hints/broker-url.ts';

describe('parseBrokerUrl', () => {
  it.each([
    ['redis://cache', { engine: 'redis', isSecure: false, hosts: [{ host: 'cache', port: 6379 }] }],
    ['rediss://cache:80/3', { engine: 'redis', isSecure: true, hosts: [{ host: 'cache', port: 80 }] }],
    [
      'redis://:p%40ss@[::1]:7000',
      { hosts: [{ host: '::1', port: 7000 }], username: undefined, password: 'p@ss' },
    ],
    ['amqp://queue', { engine: 'rabbitmq', virtualHost: '/', username: undefined, password: undefined }],
    ['amqps://u:p:q@queue/a%2Fb', { isSecure: true, virtualHost: 'a/b', username: 'u', password: 'p:q' }],
    [
      'kafka://one,two:9093',
      {
        hosts: [
          { host: 'one', port: 9092 },
          { host: 'two', port: 9093 },
        ],
      },
    ],
    ['kafka://u:p@one?sasl=scram-sha-512&tls=true', { isSecure: true, sasl: 'SCRAM-SHA-512' }],
    ['kafka://one?tls=false', { isSecure: false, sasl: undefined }],
    ['nats://token@one:4222,two', { engine: 'nats', username: 'token', password: undefined }],
    ['tls://one', { engine: 'nats', isSecure: true, topic: 'posted.hints' }],
    ['nats://one?topic=a.b-c_1', { topic: 'a.b-c_1' }],
    [`nats://one?topic=${'a'.repeat(200)}`, { topic: 'a'.repeat(200) }],
    ['nats://user:pass@one', { username: 'user', password: 'pass', sasl: undefined }],
    ['redis://cache/15', { virtualHost: '' }],
    ['kafka://u:p@one?sasl=PLAIN', { isSecure: false, sasl: 'PLAIN' }],
    ['amqp://u:a%0Ab@queue/', { password: 'a\nb', virtualHost: '/' }],
  ])('parses %s', (text, expected) => {
    expect(parseBrokerUrl(text)).toMatchObject(expected);
  });

  it.each([
    ['redis', 'redis', false, 6379],
    ['rediss', 'redis', true, 6379],
    ['amqp', 'rabbitmq', false, 5672],
    ['amqps', 'rabbitmq', true, 5671],
    ['kafka', 'kafka', false, 9092],
    ['nats', 'nats', false, 4222],
    ['tls', 'nats', true, 4222],
  ])('knows the engine, the encryption and the port of %s', (scheme, engine, isSecure, port) => {
    expect(parseBrokerUrl(`${scheme}://one?topic=t`)).toEqual({
      engine,
      isSecure,
      hosts: [{ host: 'one', port }],
      username: undefined,
      password: undefined,
      virtualHost: engine === 'rabbitmq' ? '/' : '',
      sasl: undefined,
      topic: 't',
      name: `${scheme}://one:${port}`,
    });
  });

  it.each(['amqp', 'amqps', 'kafka', 'nats', 'tls'])('allows several hosts for %s', (scheme) => {
    expect(parseBrokerUrl(`${scheme}://one,two`).hosts).toHaveLength(2);
  });

  it('names the broker without user and password', () => {
    expect(parseBrokerUrl('kafka://u:hunter2@one,[::1]:9?sasl=plain').name).toBe('kafka://one:9092,[::1]:9');
  });

  it.each([
    ['redis', 'must be a URL such as'],
    ['redis://', 'must be a URL such as'],
    ['redis://a@b@c', 'must be a URL such as'],
    ['mqtt://hunter2@cache', 'must start with one of redis://, rediss://'],
    ['constructor://cache', 'must start with one of'],
    ['redis://one,two', 'must have exactly one host'],
    ['rediss://one,two', 'must have exactly one host'],
    ['redis://cache:port', 'each host must be'],
    ['redis://cache:99999', 'each host must be'],
    ['kafka://one,', 'each host must be'],
    ['nats://user:hunter2%@one', 'must be written as %25'],
    ['redis://cache/users', 'must not have a path'],
    ['nats://one/hunter2', 'must not have a path'],
    ['redis://cache?tls=true', 'a parameter after the ? is unknown: use topic'],
    ['redis://:pass?hunter2@cache', 'a parameter after the ?'],
    ['kafka://one?tls=yes', 'must be true or false'],
    ['kafka://u:hunter2@one', 'the parameter sasl must be one of plain, scram-sha-256, scram-sha-512'],
    ['kafka://u:hunter2@one?sasl=gssapi', 'the parameter sasl must be one of'],
    ['kafka://one?sasl=plain', 'requires a user'],
    ['nats://one?topic=a.*', 'the parameter topic'],
    ['nats://one?topic=a..b', 'the parameter topic'],
    ['nats://one?topic=', 'the parameter topic'],
    ['nats://one?topic=.a', 'the parameter topic'],
    ['nats://one?topic=a.', 'the parameter topic'],
    [`nats://one?topic=${'a'.repeat(201)}`, 'the parameter topic'],
    ['xredis://one', 'must start with one of'],
    ['redis://one#hunter2', 'must be a URL such as'],
    ['redis://cache/1a', 'must not have a path'],
    ['redis://cache/a1', 'must not have a path'],
    ['redis://one:1:2', 'each host must be'],
    ['nats://one?tls=true', 'a parameter after the ? is unknown: use topic'],
    ['amqp://one?sasl=plain', 'a parameter after the ? is unknown: use topic'],
  ])('refuses %s', (text, reason) => {
    expect(() => parseBrokerUrl(text)).toThrow(reason);
    expect(() => parseBrokerUrl(text)).not.toThrow('hunter2');
  });
});
