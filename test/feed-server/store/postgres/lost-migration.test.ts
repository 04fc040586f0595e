import { expect, it } from 'vitest';
import { describePostgres } from '../../../support/postgres.ts';
import { draft } from '../suite/database.ts';
import { startCutProxy } from './cut-proxy.ts';
import { openOn } from './open-on.ts';

describePostgres('a migration whose connection is lost', (server) => {
  it.each(['before the commit', 'after the commit'] as const)('%s is retried', async (point) => {
    const proxy = await startCutProxy(await server().createDatabase());
    let cuts = 0;
    proxy.cutAt(point, async () => {
      cuts += 1;
    });
    const store = await openOn(proxy.url);
    expect(cuts).toBe(1);
    expect((await store.appendPost(draft())).event?.seq).toBe(1);
  });
});
