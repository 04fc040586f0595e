import type { Reporter } from '../generate-files.ts';

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Progress on standard output, with the time that each step took; warnings on standard error. */
export function createReporter(): Reporter {
  let lastMs = performance.now();
  return {
    progress(step) {
      const nowMs = performance.now();
      say(`${step} (${Math.round(nowMs - lastMs)} ms)`);
      lastMs = nowMs;
    },
    warn,
  };
}

/** For what shall be seen only where something is wrong. */
export const quietReporter: Reporter = { progress() {}, warn };

function warn(warning: string): void {
  complain(`warning: ${warning}`);
}
