import { describe, expect, it } from 'vitest';
import { GenerationError } from '../../scripts/posted/contract/generation-error.ts';
import { generatePythonSchemas } from '../../scripts/posted/python/generate-python-schemas.ts';
import { pythonPattern } from '../../scripts/posted/python/python-pattern.ts';
import { tempFolder } from './generator.ts';
import { readSchemas } from './schemas.ts';

const folder = tempFolder();

describe('a pattern for Python', () => {
  it.each([
    ['(?<=ab)c', '(?<=ab)c'],
    ['(?<=a|bc)d', '(?:(?<=a)|(?<=bc))d'],
    ['(?<!a|bc)d', '(?<!a)(?<!bc)d'],
    ['^(a)|\\1b', '^(a)|(?:)b'],
    ['(?<x>a)?\\k<x>', '(a)?(?(1)\\1|(?:))'],
    ['(?:(a)\\1)+', '(?:(a)(?:\\1))+'],
    ['\\ba', '(?a)\\ba'],
  ])('translates %s', (pattern, translated) => {
    expect(pythonPattern(pattern)).toEqual({ pattern: translated });
  });

  it.each([
    ['(?<=a+)b', 'a lookbehind whose length varies'],
    ['(?<=(a)\\1)b', 'a lookbehind whose length varies'],
    ['(?:(a)|b\\1)+', undefined],
    ['(?:(a)?b\\1)+', 'a reference to a group that only some repetitions match'],
    ['(?i:a)', 'the modifiers (?i)'],
  ])('says why it cannot translate %s', (pattern, what) => {
    expect(pythonPattern(pattern)).toMatchObject(
      what === undefined ? { pattern: '(?:(a)|b(?:))+' } : { what },
    );
  });

  it('is named by the problem, which has its position', async () => {
    const { set } = await readSchemas(folder, { schemas: { Code: { type: 'string', pattern: '(?<=a*)b' } } });
    const title = { file: 'contract.json', title: 'Codes', version: '1' };
    let problems: GenerationError['problems'] = [];
    try {
      generatePythonSchemas(set, title);
    } catch (thrown) {
      if (thrown instanceof GenerationError) ({ problems } = thrown);
    }
    expect(problems).toMatchObject([
      {
        line: 1,
        pointer: '/components/schemas/Code/pattern',
        what: 'the pattern "(?<=a*)b" has a lookbehind whose length varies, which Python does not support',
        fix: 'give it a fixed length, without references, *, +, ? and {m,n}, or remove python from --targets',
      },
    ]);
  });
});
