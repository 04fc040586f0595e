import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { LogEngine } from '../../../../src/runtime/log/engine.ts';
import {
  joinLiveNodes,
  type LiveNodes,
  type LiveNodesOptions,
} from '../../../../src/runtime/log/nodes/live-nodes.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { describePostgres } from '../../../support/postgres.ts';
import { openEngine } from './open-engine.ts';

/** Joins a node, with the warnings that it logs. */
async function join(
  engine: LogEngine,
  options: Partial<LiveNodesOptions> = {},
): Promise<{ readonly node: LiveNodes; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const node = await joinLiveNodes({
    transaction: (work) => engine.transaction(work),
    id: randomUUID(),
    version: '0.2.0',
    settings: { AUDIENCE: 'friends' },
    keys: ['k1'],
    acceptDifferent: false,
    advice: 'To start anyway, use --accept-settings.',
    log: { ...silentLog, warn: (_, message) => void warnings.push(message) },
    ...options,
  });
  onTestFinished(() => node.close());
  return { node, warnings };
}

describePostgres('nodes that share a PostgreSQL database', (server) => {
  test('start with the same settings, without a warning', async () => {
    const engine = await openEngine(await server().createDatabase());
    await join(engine);
    expect((await join(engine, { keys: ['k2', 'k1'] })).warnings).toEqual([]);
  });

  test('refuse to start with other settings while one is there, and name both', async () => {
    const engine = await openEngine(await server().createDatabase());
    const { node } = await join(engine, { settings: { AUDIENCE: 'everyone', SCHEMA: '2' } });
    const refused = await join(engine).catch(String);
    expect(refused).toMatch(
      new RegExp(
        `this node \\(.*:${process.pid}\\) differs from another of the same log \\(.*:${process.pid}, version 0.2.0, seen \\d+ s ago\\): AUDIENCE is "friends" here and "everyone" there; SCHEMA is unknown here and "2" there.*--accept-settings`,
      ),
    );
    await node.close();
    await join(engine);
  });

  test('start with other settings if that is accepted, with a warning', async () => {
    const engine = await openEngine(await server().createDatabase());
    await join(engine);
    const { warnings } = await join(engine, { settings: { AUDIENCE: 'everyone' }, acceptDifferent: true });
    expect(warnings).toEqual(['another node has other settings']);
  });

  test('warn if they share no key', async () => {
    const engine = await openEngine(await server().createDatabase());
    await join(engine);
    const { warnings } = await join(engine, { keys: ['k2'] });
    expect(warnings).toEqual([
      'this node and another share no key for tokens: each refuses the tokens of the other',
    ]);
  });

  test('take a node for dead that has not renewed its row for 20 s', async () => {
    const url = await server().createDatabase();
    const engine = await openEngine(url);
    await join(engine, { settings: { AUDIENCE: 'everyone' } });
    await server().query(url, 'update posted_node set seen_at = seen_at - 15000');
    await expect(join(engine)).rejects.toThrow('AUDIENCE');
    await server().query(url, 'update posted_node set seen_at = seen_at - 6000');
    await join(engine);
  });

  test('renew their rows, also after others took them for dead', async () => {
    const url = await server().createDatabase();
    const engine = await openEngine(url);
    await join(engine, { id: 'ada' });
    await server().query(url, 'delete from posted_node');
    await expect.poll(() => server().query(url, 'select id from posted_node')).toEqual([{ id: 'ada' }]);
  });

  test('warn once when their clock differs from that of the database', async () => {
    const engine = await openEngine(await server().createDatabase());
    let aheadMs = 60_000;
    const { now } = Date;
    Date.now = () => now() + aheadMs;
    onTestFinished(() => {
      Date.now = now;
    });
    const records: string[] = [];
    const note = (_: unknown, message: string): void => void records.push(message);
    await join(engine, { log: { ...silentLog, warn: note, info: note } });
    expect(records).toEqual([
      "this machine's clock differs from the database's: tokens expire at the wrong time here; set the clock",
    ]);
    aheadMs = 0;
    await expect
      .poll(() => records.slice(1))
      .toEqual(["this machine's clock agrees with the database's again"]);
  });
});
