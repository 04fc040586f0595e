import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { postgres } from '../../../scripts/dev/services/postgres.ts';
import { noNetworks } from '../../support/distant-network.ts';
import { requireService } from '../../support/services.ts';
import { openOn } from '../store/postgres/open-on.ts';
import { EngineUnderTest } from './engine.ts';

const noPostgres = requireService(postgres.name, postgres.isInstalled());

async function start(isDistant: boolean): Promise<EngineUnderTest> {
  const engine = await EngineUnderTest.start(postgres, isDistant);
  onTestFinished(() => engine.remove());
  return engine;
}

/** What has ended, in that order. */
async function orderOf(underway: Readonly<Record<string, Promise<unknown>>>): Promise<readonly string[]> {
  const order: string[] = [];
  const noted = Object.entries(underway).map(async ([name, each]) => {
    await each;
    order.push(name);
  });
  await Promise.all(noted);
  return order;
}

describe.skipIf(noPostgres !== null)(`an engine of a run ${noPostgres ?? ''}`, () => {
  it('answers nothing while it is frozen, on connections that it had before either', async () => {
    const engine = await start(false);
    const store = await openOn(engine.url);
    await store.ping();
    const frozen = engine.freeze(500);
    // What is asked of it begins in another turn.
    await new Promise(setImmediate);
    expect(await orderOf({ answered: store.ping(), thawed: frozen })).toEqual(['thawed', 'answered']);
  });

  it.skipIf(noNetworks !== null)(`takes no connection while it is cut off ${noNetworks ?? ''}`, async () => {
    const engine = await start(true);
    const { hostname, port } = new URL(engine.url);
    const cut = engine.cut(500);
    await new Promise(setImmediate);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    expect(await orderOf({ connected: once(socket, 'connect'), mended: cut })).toEqual([
      'mended',
      'connected',
    ]);
  });
});
