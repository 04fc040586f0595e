/** Runs the command `posted` for test/scripts/generator.ts, which sends the folder and the arguments of each run. */
import { main } from '../../scripts/posted/cli/main.ts';
import type { Run, RunRequest } from './generator.ts';

const output = { stdout: '', stderr: '' };
for (const stream of ['stdout', 'stderr'] as const) {
  process[stream].write = (text: string | Uint8Array): boolean => {
    output[stream] += text.toString();
    return true;
  };
}
// Each run adds one.
process.stdout.setMaxListeners(0);

process.on('message', async ({ cwd, args }: RunRequest) => {
  process.chdir(cwd);
  Object.assign(output, { stdout: '', stderr: '' });
  await main(args);
  process.send?.({ code: Number(process.exitCode), ...output } satisfies Run);
});
process.on('disconnect', () => process.exit());
