import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { noNetworks, openDistantNetwork } from '../../support/distant-network.ts';
import { describePostgres } from '../../support/postgres.ts';
import { draft } from '../suite/database.ts';
import { openOn } from './open.ts';

describe.skipIf(noNetworks !== null)(`dropped traffic ${noNetworks ?? ''}`, () => {
  describePostgres('on the way to PostgreSQL', (server) => {
    it('fails an append as unavailable, and a retry after it gives one post', async () => {
      const network = await openDistantNetwork(server().port);
      const url = await server().createDatabase();
      const distant = url.replace(/127\.0\.0\.1|localhost/, network.host);
      expect(distant).not.toBe(url);
      const store = await openOn(distant);
      const key = { author: randomUUID(), idempotencyKey: 'once' };

      network.cut();
      await expect(store.appendPost(draft(key))).rejects.toMatchObject({ code: 'unavailable' });

      network.mend();
      await expect.poll(() => store.ping().then(() => 'up', String), { timeout: 40_000 }).toBe('up');
      const { postId } = await store.appendPost(draft(key));
      expect((await store.appendPost(draft(key))).postId).toBe(postId);
      expect(await store.headSeq()).toBe(1);
    }, 120_000);
  });
});
