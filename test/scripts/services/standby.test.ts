import { expect, it } from 'vitest';
import { describePostgres } from '../../support/postgres.ts';

const countRows = 'select count(*)::integer as rows from item';

describePostgres('a standby', (server) => {
  it('follows its primary, also after a restart of either, and accepts writes once promoted', async () => {
    const url = await server().createDatabase();
    await server().query(url, 'create table item ()');
    const standby = await server().startStandby();
    const copy = standby.urlOf(url);
    const countCopied = () => standby.query(copy, countRows);

    await server().query(url, 'insert into item default values');
    await expect.poll(countCopied).toEqual([{ rows: 1 }]);
    await standby.kill();
    await server().kill();
    await server().start();
    await server().query(url, 'insert into item default values');
    await standby.start();
    await expect.poll(countCopied).toEqual([{ rows: 2 }]);
    await expect(standby.query(copy, 'insert into item default values')).rejects.toThrow('read-only');

    await server().kill();
    await standby.promote();
    await standby.query(copy, 'insert into item default values');
    expect(await countCopied()).toEqual([{ rows: 3 }]);
    await server().start();
  });

  it('lacks what was written while it was down if its primary dies before it starts', async () => {
    const url = await server().createDatabase();
    await server().query(url, 'create table item ()');
    const standby = await server().startStandby();
    await standby.kill();
    await server().query(url, 'insert into item default values');
    await server().kill();
    await standby.start();
    await standby.promote();
    expect(await standby.query(standby.urlOf(url), countRows)).toEqual([{ rows: 0 }]);
    await server().start();
  });
});
