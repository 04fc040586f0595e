import type { Reporter } from '../generate-files.ts';

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** As many warnings of one step as are read beside its progress. */
const maxWarnings = 20;

/** Progress and notes on standard output, with the time that each step took; warnings on standard error. */
export function createReporter(): Reporter {
  let lastMs = performance.now();
  let warnings = 0;
  return {
    progress(step) {
      if (warnings > maxWarnings) warn(`and ${warnings - maxWarnings} more: posted validate prints all`);
      warnings = 0;
      const nowMs = performance.now();
      say(`${step} (${Math.round(nowMs - lastMs)} ms)`);
      lastMs = nowMs;
    },
    warn(warning) {
      warnings += 1;
      if (warnings <= maxWarnings) warn(warning);
    },
    note: (text) => say(`note: ${text}`),
  };
}

/** For what shall be seen only where something is wrong. */
export const quietReporter: Reporter = { progress() {}, warn, note() {} };

function warn(warning: string): void {
  complain(`warning: ${warning}`);
}
