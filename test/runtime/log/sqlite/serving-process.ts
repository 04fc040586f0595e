/** Has the writer of the log at argv[2], and serves it to the process that started this one. */
import { openSharedWriter } from '../../../../src/runtime/log/sqlite/sqlite-engine.ts';
import { WriterHost } from '../../../../src/runtime/log/sqlite/writer-host.ts';
import { migrations } from '../suite/notes-application.ts';

const [, , path = ''] = process.argv;
const writer = await openSharedWriter({ path, migrations });
const closed = Promise.withResolvers<void>();
process.once('disconnect', () => closed.resolve());
new WriterHost(writer).serve({
  send: (message) => void process.send?.(message),
  listen: (listener) => void process.on('message', listener),
  closed: closed.promise,
});
process.send?.('serving');
await closed.promise;
await writer.close();
