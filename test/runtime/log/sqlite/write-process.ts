/**
 * Writes notes to the log at argv[2] as fast as it can, in a process that tests may kill. Prints one line each: 'open',
 * the id of each note once it is written, and if the engine fails, 'failed' and the error code of each pending write.
 */
import { randomUUID } from 'node:crypto';
import { openSqliteEngine } from '../../../../src/runtime/log/sqlite/sqlite-engine.ts';
import { PostedError } from '../../../../src/runtime/shared/errors.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { migrations, note, notesOf } from '../suite/notes-application.ts';

const [, , path = ''] = process.argv;
const print = (text: string): void => void process.stdout.write(`${text}\n`);

const engine = await openSqliteEngine({
  path,
  migrations,
  log: silentLog,
  onFailure: () => print('failed'),
});
const { create } = notesOf(engine);
print('open');

async function writeForever(): Promise<never> {
  for (;;) {
    const id = randomUUID();
    await create(note({ id, text: `text of ${id}` }), undefined);
    print(id);
  }
}

const results = await Promise.allSettled(Array.from({ length: 64 }, writeForever));
for (const result of results) if (result.status === 'rejected') print(PostedError.from(result.reason).code);
