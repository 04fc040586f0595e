/** `npm run client -- --help`: the test client. */
import { runClient } from './client-run.ts';

const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ended.abort());

const { argv, env, stdout, stderr } = process;
process.exitCode = await runClient({ args: argv.slice(2), env, stdout, stderr, signal: ended.signal });
// Output that nobody reads would keep the process running.
if (ended.signal.aborted) process.exit();
