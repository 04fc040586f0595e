import { describe, expect, it } from 'vitest';
import { columnValue } from '../../../../src/runtime/log/writes/column-value.ts';
import type { Column } from '../../../../src/runtime/log/writes/registered-write.ts';

const columnOf = (type: Column['type'], isNullable = false): Column => ({ name: 'size', type, isNullable });

describe('the value of a column', () => {
  it.each([
    ['text', '', ''],
    ['text', '5', '5'],
    ['integer', -(2 ** 53) + 1, -(2 ** 53) + 1],
    ['number', 0.5, 0.5],
    ['boolean', false, false],
    ['json', 'text', '"text"'],
    ['json', null, 'null'],
    ['json', [1, { a: null }], '[1,{"a":null}]'],
  ] as const)('of type %s may be %j', (type, value, stored) => {
    expect(columnValue(columnOf(type), value)).toBe(stored);
    expect(columnValue(columnOf(type, true), value)).toBe(value === null ? null : stored);
  });

  it.each(['text', 'integer', 'number', 'boolean', 'json'] as const)(
    'of type %s is null for null and undefined if that is allowed',
    (type) => {
      expect(columnValue(columnOf(type, true), null)).toBeNull();
      expect(columnValue(columnOf(type, true), undefined)).toBeNull();
    },
  );

  it.each([
    ['text', 5],
    ['text', true],
    ['text', null],
    ['integer', 1.5],
    ['integer', 2 ** 53],
    ['integer', '5'],
    ['integer', true],
    ['number', Number.NaN],
    ['number', Number.POSITIVE_INFINITY],
    ['number', '5'],
    ['number', null],
    ['boolean', 0],
    ['boolean', null],
    ['json', undefined],
  ] as const)('of type %s must not be %s', (type, value) => {
    const message = `the column size needs a value of the type ${type}`;
    expect(() => columnValue(columnOf(type), value)).toThrow(new TypeError(message));
    if (value === null || value === undefined) return;
    expect(() => columnValue(columnOf(type, true), value)).toThrow(new TypeError(`${message} or null`));
  });
});
