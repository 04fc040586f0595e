import { expect, it } from 'vitest';
import { faults } from './faults.ts';
import { help, quickTimings, readFaultsArguments } from './faults-arguments.ts';

it('the command line of `npm run faults` selects faults and intervals', () => {
  expect(readFaultsArguments([])?.faults).toEqual(faults);
  const { faults: selected, timings } = readFaultsArguments(['--quick', '--only', 'sleep, half-open']) ?? {};
  expect(selected?.map(({ name }) => name)).toEqual(['half-open', 'sleep']);
  expect(timings).toBe(quickTimings);
  expect(readFaultsArguments(['--help'])).toBeNull();
  expect(faults.filter(({ name }) => !help.includes(name))).toEqual([]);
  expect(() => readFaultsArguments(['--only', 'flood'])).toThrow('there is no fault "flood"');
  expect(() => readFaultsArguments(['--slow'])).toThrow("'--slow'");
});
