import { expect, it } from 'vitest';
import { describePostgres } from '../../../support/postgres.ts';
import { draft } from '../suite/database.ts';
import { startCutProxy } from './cut-proxy.ts';
import { openOn } from './open.ts';

describePostgres('PostgreSQL that is lost while its tables are made', (server) => {
  it.each(['before the commit', 'after the commit'] as const)(
    'is asked again, where that is %s',
    async (point) => {
      const proxy = await startCutProxy(await server().createDatabase());
      let cuts = 0;
      proxy.cutAt(point, async () => {
        cuts += 1;
      });
      const store = await openOn(proxy.url);
      expect(cuts).toBe(1);
      expect((await store.appendPost(draft())).event?.seq).toBe(1);
    },
  );
});
