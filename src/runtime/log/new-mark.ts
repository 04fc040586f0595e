import { randomFillSync } from 'node:crypto';

/** Filling one at a time would cost a call of the operating system for each. */
const pool = new Uint32Array(1024);
let used = pool.length;

/** A random mark for a new event, which is never 0: that is the mark of events of the first version. */
export function newMark(): number {
  for (;;) {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const mark = pool[used];
    used += 1;
    if (mark !== undefined && mark !== 0) return mark;
  }
}
