import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/feed-server/settings/read-settings.ts';

const database = { DATABASE_URL: 'postgres://db/posted' };

describe('BROKER_URL', () => {
  it.each([
    'redis://broker',
    'rediss://broker',
    'amqp://broker',
    'amqps://broker',
    'nats://one,two',
    'kafka://broker',
  ])('may be %s', (url) => {
    expect(readSettings({ env: { ...database, BROKER_URL: url } }).brokerUrl?.reveal()).toBe(url);
  });

  it('is refused without revealing the password', () => {
    const env = { ...database, BROKER_URL: 'kafka://ada:hunter2@broker' };
    expect(() => readSettings({ env })).toThrow(
      'BROKER_URL: with a user, the parameter sasl must be one of ',
    );
    expect(() => readSettings({ env })).not.toThrow(/hunter2/);
  });
});
