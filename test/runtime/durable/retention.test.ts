import { expect, it, onTestFinished } from 'vitest';
import { type OpenLogOptions, openLog } from '../../../src/runtime/log/open-log.ts';
import { serve } from '../../../src/runtime/node/serve.ts';
import { silentLog } from '../../../src/runtime/shared/log.ts';
import { makeDataDir } from '../../support/feed-server.ts';
import { alerts, contract, orders } from './shop/generated/asyncapi/channels.ts';

const hourMs = 3_600_000;

/** The contract of the shop, which keeps alerts for an hour. */
const hourly: typeof contract = {
  ...contract,
  channels: { orders, alerts: { ...alerts, delivery: { ...alerts.delivery, retentionMs: hourMs } } },
};

async function open(options: Partial<OpenLogOptions>) {
  const log = await openLog({ database: { folder: await makeDataDir() }, log: silentLog, ...options });
  onTestFinished(() => log.close());
  return log;
}

it('a log keeps messages for as long as its contract says, and otherwise for 7 days', async () => {
  const kept = await Promise.all([open({}), open({ contract }), open({ contract: hourly })]);
  expect(kept.map(({ retentionMs }) => retentionMs)).toEqual([168 * hourMs, 168 * hourMs, hourMs]);
});

it('a server refuses a log that keeps messages longer or shorter than the contract says', async () => {
  const eventLog = await open({ contract: hourly, retentionMs: 2 * hourMs });
  expect(() => serve(hourly, { eventLog, security: { token: () => ({ id: 'ann' }) } })).toThrow(
    'Channel alerts promises to keep messages for 3600000 ms, but the log keeps them for 7200000 ms. Pass the contract to `openLog`, or set its `retentionMs`.',
  );
});
