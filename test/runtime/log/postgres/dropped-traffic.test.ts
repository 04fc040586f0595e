import { describe, expect, test } from 'vitest';
import { postgres } from '../../../../scripts/dev/services/postgres.ts';
import { noNetworks, startDistantEngine } from '../../../support/distant-network.ts';
import { requireService } from '../../../support/services.ts';
import { readLog } from '../suite/database.ts';
import { migrations, note, notesOf } from '../suite/notes-application.ts';
import { openEngine } from './open-engine.ts';

const skipped = requireService(postgres.name, postgres.isInstalled()) ?? noNetworks;

describe.skipIf(skipped !== null)(`a network that drops the packets to PostgreSQL ${skipped ?? ''}`, () => {
  test('leaves the outcome of a write unknown, and its retry stores one event', async () => {
    const { engine: database, network } = await startDistantEngine(postgres);
    const engine = await openEngine(database.url, { migrations });
    const { create } = notesOf(engine);
    await create(note(), undefined);

    network.cut();
    await expect(create(note(), 'once')).rejects.toMatchObject({ code: 'outcome_unknown' });

    network.restore();
    await expect.poll(() => engine.ping().then(() => 'up', String), { timeout: 40_000 }).toBe('up');
    await create(note(), 'once');
    const { isWritten } = await create(note(), 'once');
    expect(isWritten).toBe(false);
    expect(await readLog(engine)).toHaveLength(2);
  }, 120_000);
});
