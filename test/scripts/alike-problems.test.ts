import { describe, expect, it } from 'vitest';
import { GenerationError, mergeAlike } from '../../scripts/posted/contract/generation-error.ts';

function problems(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    file: 'a.yaml',
    line: index + 1,
    column: 1,
    pointer: `/messages/m${index}`,
    what: `message \`m${index}\` has content type "application/xml"`,
    fix: 'use JSON',
  }));
}

describe('problems of one kind', () => {
  it('are one line if there are many', () => {
    const other = { ...problems(1)[0], what: 'the title is missing' } as ReturnType<typeof problems>[0];
    expect(new GenerationError([...problems(9), other]).message.split('\n')).toEqual([
      'a.yaml:1:1  /messages/m0  message `m0` has content type "application/xml"; use JSON (and 8 more like it: lines 2, 3, 4, 5, 6, 7, …)',
      'a.yaml:1:1  /messages/m0  the title is missing; use JSON',
    ]);
  });

  it('are listed if there are few', () => {
    expect(mergeAlike(problems(4))).toEqual(problems(4));
  });
});
