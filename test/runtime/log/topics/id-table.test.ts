import { describe, expect, it } from 'vitest';
import { IdTable } from '../../../../src/runtime/log/topics/id-table.ts';

const uuid = '01234567-89ab-4cde-8f01-23456789abcd';

/** Besides a UUID, strings that a careless parser takes for one of the others. */
const ids = [
  uuid,
  uuid.toUpperCase(),
  '01234567-89ab-4cde-8f01-23456789abcD',
  '01234567-89ab-4cde-8f01-23456789abcg',
  '01234567-89ab-4cde-8f01-23456789abd0',
  '01234567-89ab-4cde-8f01-23456789abc:',
  '01234567-89ab-4cde-8f01-23456789abca',
  '01234567-89ab-4cde-8f01_23456789abcd',
  uuid.replaceAll('-', ''),
  `{${uuid}}`,
  `${uuid} `,
  '',
  'auction 7',
  '\u{1f525}',
  '__proto__',
];

describe('IdTable', () => {
  it('gives each string a number of its own, and finds it again', () => {
    const table = new IdTable();
    const numbers = ids.map((id) => table.add(id));
    expect(new Set(numbers).size).toBe(ids.length);
    expect(ids.map((id) => table.find(id))).toEqual(numbers);
    expect(ids.map((id) => table.add(id))).toEqual(numbers);
  });

  it('finds no number for an id that was not added or was removed', () => {
    const table = new IdTable();
    expect(ids.map((id) => table.find(id))).toEqual(ids.map(() => 0));
    for (const id of ids) table.remove(table.add(id));
    expect(ids.map((id) => table.find(id))).toEqual(ids.map(() => 0));
  });

  it('assigns the numbers of removed ids again, whatever their form', () => {
    const table = new IdTable();
    for (let round = 0; round < 100; round += 1) {
      const number = table.add(`auction ${round}`);
      table.remove(number);
      expect(table.add(uuid)).toBe(number);
      table.remove(number);
    }
    expect(table.last).toBe(1);
  });
});
