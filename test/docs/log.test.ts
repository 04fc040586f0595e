import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openLog } from '../../src/runtime/log/open-log.ts';
import { silentLog } from '../../src/runtime/shared/log.ts';
import { prepareProject, tempFolder, typeCheck } from '../scripts/generator.ts';
import { describePostgres } from '../support/postgres.ts';
import { readPage, readUntil, start } from './examples.ts';

const project = tempFolder();

it('the examples of docs/log.md are one program, which compiles and prints what they say', async () => {
  prepareProject(project);
  const examples = [...readPage('docs/log.md').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
  writeFileSync(join(project, 'orders.ts'), examples.join('\n'));
  expect(await typeCheck(project)).toBe('');
  const running = start(process.execPath, ['orders.ts'], { cwd: project });
  const events = ['join', 'message', 'message', 'message', 'revise', 'redact', 'join'];
  expect((await readUntil(running, 'no text at all')).trimEnd().split('\n')).toEqual([
    'false o-2 true',
    "[ { id: 'o-2', cents: 1100 } ]",
    '1 30',
    ...events.map((kind, index) => `${index + 1} ${kind}`),
  ]);
});

describePostgres('the SQL of docs/log.md', (server) => {
  it('appends an event for a role with the rights that the page names', async () => {
    const url = await server().createDatabase();
    const log = await openLog({ database: { url }, retentionMs: 3_600_000, log: silentLog });
    onTestFinished(() => log.close());
    const [example] = [...readPage('docs/log.md').matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(
      ([, sql]) => sql,
    );
    await server().query(
      url,
      `create table shop_order (id text, cents integer);
       create role billing;
       grant select, update on shop_order to billing;
       grant insert on posted_event to billing;
       grant select, update on posted_head to billing;
       set role billing;
       ${example}`,
    );
    expect(await log.engine.eventsAfter(0, { maxEvents: 9, maxBytes: 1000 })).toMatchObject([
      { channel: 'orders', message: 'orderPaid', topic: 'shop-1', entity: 'o-2', also: ['ann'] },
    ]);
  });
});
