import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { postgres } from '../../../../scripts/dev/services/postgres.ts';
import { noNetworks, startDistantEngine } from '../../../support/distant-network.ts';
import { requireService } from '../../../support/services.ts';
import { draft } from '../suite/database.ts';
import { openOn } from './open-on.ts';

const skipped = requireService(postgres.name, postgres.isInstalled()) ?? noNetworks;

describe.skipIf(skipped !== null)(`a network that drops the packets to PostgreSQL ${skipped ?? ''}`, () => {
  it('makes an append fail with unavailable, and its retry stores one post', async () => {
    const { engine, network } = await startDistantEngine(postgres);
    const store = await openOn(engine.url);
    const key = { author: randomUUID(), idempotencyKey: 'once' };

    network.cut();
    await expect(store.appendPost(draft(key))).rejects.toMatchObject({ code: 'unavailable' });

    network.restore();
    await expect.poll(() => store.ping().then(() => 'up', String), { timeout: 40_000 }).toBe('up');
    const { postId } = await store.appendPost(draft(key));
    expect((await store.appendPost(draft(key))).postId).toBe(postId);
    expect(await store.headSeq()).toBe(1);
  }, 120_000);
});
