import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BrokerLog, describeFailure } from '../../../../src/runtime/log/hints/broker-log.ts';

const minuteMs = 60_000;

function startLog() {
  const records: string[] = [];
  const recorder =
    (level: string) =>
    ({ cause = '', count = '' }: Readonly<Record<string, unknown>>, message: string): void =>
      void records.push(
        `${level} ${message} ${String(cause)}${String(count)}`.replaceAll(
          /: until.*second|:.*?(?= \d+$)/g,
          '',
        ),
      );
  const log = {
    debug: recorder('debug'),
    info: recorder('info'),
    warn: recorder('warn'),
    error: recorder('error'),
  };
  return { records, brokerLog: new BrokerLog(log, 'nats://broker:4222', 'every second') };
}

describe('the log of a broker', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('logs every change, and a persistent problem once a minute', () => {
    const { records, brokerLog } = startLog();
    brokerLog.down('one');
    brokerLog.down('two');
    vi.advanceTimersByTime(minuteMs);
    brokerLog.down('three');
    brokerLog.up();
    brokerLog.down('four');
    expect(records).toEqual([
      'warn the broker is down one',
      'warn the broker is down three',
      'info the broker is up ',
      'warn the broker is down four',
    ]);
  });

  it('logs each kind of dropped message once a minute, with a count', () => {
    const { records, brokerLog } = startLog();
    for (let times = 0; times < 1000; times += 1) brokerLog.dropped('foreign', 5);
    brokerLog.dropped('newer_version', 5);
    vi.advanceTimersByTime(minuteMs);
    brokerLog.dropped('foreign', 5);
    expect(records).toEqual([
      'warn ignored messages that are not hints 1',
      'warn ignored hints of a newer version 1',
      'warn ignored messages that are not hints 1000',
    ]);
  });
});

const noUser = { username: undefined, password: undefined };

describe('describeFailure', () => {
  it.each([
    ['an error and its causes', new Error('One.', { cause: new Error('two') }), 'One: two'],
    [
      'repeated messages once',
      new Error('one', { cause: new Error('one', { cause: new Error('two') }) }),
      'one: two',
    ],
    [
      'the last of several errors',
      new AggregateError([new Error('a'), new Error('b')], 'both failed'),
      'both failed: b',
    ],
    [
      'the code of an error without a message',
      Object.assign(new Error(''), { code: 'ECONNREFUSED' }),
      'ECONNREFUSED',
    ],
    ['a thrown value that is not an error', 'gone\n away', 'gone away'],
    [
      'the reason of a TLS error',
      new Error('00F0:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:a.c:77:'),
      'TLS: wrong version number',
    ],
  ])('returns %s', (_title, thrown, text) => {
    expect(describeFailure(thrown, noUser)).toBe(text);
  });

  it('truncates a long description', () => {
    expect(describeFailure(new Error('x'.repeat(5000)), noUser).length).toBeLessThan(400);
  });

  it('contains neither the password nor the token', () => {
    const thrown = new Error('no user hunter2 with hunter3', { cause: new Error('hunter3') });
    expect(describeFailure(thrown, { username: 'ada', password: 'hunter3' })).toBe(
      'no user hunter2 with ***: ***',
    );
    expect(describeFailure(thrown, { username: 'hunter2', password: undefined })).not.toContain('hunter2');
  });
});
