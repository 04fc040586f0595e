import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { postgres } from '../../../scripts/dev/services/postgres.ts';
import { openEngine } from '../../runtime/log/postgres/open-engine.ts';
import { noNetworks } from '../distant-network.ts';
import { requireService } from '../services.ts';
import { EngineUnderTest } from './engine-under-test.ts';

const noPostgres = requireService(postgres.name, postgres.isInstalled());

async function start(isDistant: boolean): Promise<EngineUnderTest> {
  const engine = await EngineUnderTest.start(postgres, isDistant);
  onTestFinished(() => engine.remove());
  return engine;
}

/** The names in the order in which the promises resolve. */
async function orderOf(pending: Readonly<Record<string, Promise<unknown>>>): Promise<readonly string[]> {
  const order: string[] = [];
  const recorded = Object.entries(pending).map(async ([name, each]) => {
    await each;
    order.push(name);
  });
  await Promise.all(recorded);
  return order;
}

describe.skipIf(noPostgres !== null)(`an engine under test ${noPostgres ?? ''}`, () => {
  it('does not respond while it is frozen, on existing connections either', async () => {
    const engine = await start(false);
    const store = await openEngine(engine.engine.url);
    await store.ping();
    const frozen = engine.freeze(500);
    // Its operations start in a later turn.
    await new Promise(setImmediate);
    expect(await orderOf({ responded: store.ping(), thawed: frozen })).toEqual(['thawed', 'responded']);
  });

  it.skipIf(noNetworks !== null)(
    `accepts no connections while it is cut off ${noNetworks ?? ''}`,
    async () => {
      const engine = await start(true);
      const { hostname, port } = new URL(engine.engine.url);
      const cut = engine.cut(500);
      await new Promise(setImmediate);
      const socket = connect(Number(port), hostname);
      onTestFinished(() => void socket.destroy());
      expect(await orderOf({ connected: once(socket, 'connect'), restored: cut })).toEqual([
        'restored',
        'connected',
      ]);
    },
  );
});
