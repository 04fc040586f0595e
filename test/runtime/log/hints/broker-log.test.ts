import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BrokerLog } from '../../../../src/runtime/log/hints/broker-log.ts';

const minuteMs = 60_000;

function startLog() {
  const lines: string[] = [];
  const note =
    (level: string) =>
    ({ cause = '', count = '' }: Readonly<Record<string, unknown>>, message: string): void =>
      void lines.push(
        `${level} ${message} ${String(cause)}${String(count)}`.replaceAll(/;.*second|:.*?(?= \d+$)/g, ''),
      );
  const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  return { lines, brokerLog: new BrokerLog(log, 'nats://broker:4222') };
}

describe('the log of a broker', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('tells every change, and once a minute what goes on being wrong', () => {
    const { lines, brokerLog } = startLog();
    brokerLog.down('one');
    brokerLog.down('two');
    vi.advanceTimersByTime(minuteMs);
    brokerLog.down('three');
    brokerLog.up();
    brokerLog.down('four');
    expect(lines).toEqual([
      'warn the broker is down one',
      'warn the broker is down three',
      'info the broker is up ',
      'warn the broker is down four',
    ]);
  });

  it('tells of each kind of foreign message once a minute, with how many there were', () => {
    const { lines, brokerLog } = startLog();
    for (let times = 0; times < 1000; times += 1) brokerLog.dropped('foreign', 5);
    brokerLog.dropped('newer_version', 5);
    vi.advanceTimersByTime(minuteMs);
    brokerLog.dropped('foreign', 5);
    expect(lines).toEqual([
      'warn ignored messages on our topic that are not hints 1',
      'warn ignored hints of a newer version 1',
      'warn ignored messages on our topic that are not hints 1000',
    ]);
  });
});
