import { describe, expect, it } from 'vitest';
import { Deadlines, Expiring } from '../../../src/runtime/server/connection/deadlines.ts';

class Work extends Expiring<Work> {
  readonly #late: Work[];

  constructor(late: Work[]) {
    super(performance.now());
    this.#late = late;
  }

  override onLate(): void {
    this.#late.push(this);
  }
}

function createWork(count: number) {
  const late: Work[] = [];
  const deadlines = new Deadlines<Work>(30);
  const works = Array.from({ length: count }, () => new Work(late));
  for (const work of works) deadlines.add(work);
  return { late, deadlines, works };
}

describe('deadlines', () => {
  it('notice everything that is not removed in time, once and in order', async () => {
    const { late, works } = createWork(3);
    await expect.poll(() => late).toEqual(works);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(late).toHaveLength(3);
  });

  it.each([
    ['the first', [0]],
    ['one in the middle', [1]],
    ['the last', [2]],
    ['several, one of them twice', [2, 0, 0]],
    ['all', [1, 0, 2]],
  ])('do not notice what was removed: %s', async (_which, removed) => {
    const { late, deadlines, works } = createWork(3);
    for (const index of removed) deadlines.remove(works[index] as Work);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(late).toEqual(works.filter((_work, index) => !removed.includes(index)));
  });

  it('notice what is added after everything else was removed', async () => {
    const { late, deadlines, works } = createWork(1);
    for (const work of works) deadlines.remove(work);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const later = new Work(late);
    deadlines.add(later);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(late).toEqual([]);
    await expect.poll(() => late).toEqual([later]);
  });
});
