import { describe, expect, it } from 'vitest';
import {
  type ParameterFormat,
  parseFormatted,
  readHeaderValue,
  readSegment,
} from '../../../src/runtime/rest/parameter-format.ts';
import { writeHeader, writeQuery, writeSegment } from '../../../src/runtime/rest-client/write-values.ts';

const list = ['blue', 'a,b', 'c d|e'];
const object = { R: '100', 'G,': 'a=b' };

/** The client's notation, and what the generator tells the server. */
type Style = readonly [notation: string, format: ParameterFormat];

const listStyles: readonly Style[] = [
  ['form*', { as: 'list' }],
  ['form', { as: 'list', style: 'form', explode: false }],
  ['spaceDelimited', { as: 'list', style: 'spaceDelimited', explode: false }],
  ['pipeDelimited', { as: 'list', style: 'pipeDelimited', explode: false }],
  ['json', { as: 'json' }],
];
const objectStyles: readonly Style[] = [
  ['form*', { as: 'object', style: 'form', explode: true, properties: ['R', 'G,'] }],
  ['form*', { as: 'object', style: 'form', explode: true }],
  ['form', { as: 'object', style: 'form', explode: false }],
  ['deepObject', { as: 'object', style: 'deepObject', explode: true }],
  ['json', { as: 'json' }],
];
const segmentStyles: readonly (readonly [
  notation: string,
  style: 'simple' | 'label' | 'matrix',
  explode: boolean,
])[] = [
  ['simple', 'simple', false],
  ['simple*', 'simple', true],
  ['label', 'label', false],
  ['label*', 'label', true],
  ['matrix', 'matrix', false],
  ['matrix*', 'matrix', true],
];

describe('values in a query', () => {
  it.each(listStyles)('arrive as the client wrote them: a list in %s', (notation, format) => {
    // Its delimiter cannot be in a value of these two.
    const items = notation.endsWith('Delimited') ? ['blue', 'a,b'] : list;
    const text = writeQuery({ color: items }, { color: notation });
    expect(parseFormatted(text, { color: format })).toEqual({ color: items });
  });

  it.each(objectStyles)('arrive as the client wrote them: an object in %s', (notation, format) => {
    const text = writeQuery({ color: object }, { color: notation });
    expect(parseFormatted(text, { color: format })).toEqual({ color: object });
  });

  it('are those of the examples in the specification', () => {
    const array = { color: ['blue', 'black'] };
    expect(writeQuery(array)).toBe('color=blue&color=black');
    expect(writeQuery(array, { color: 'form' })).toBe('color=blue,black');
    expect(writeQuery(array, { color: 'spaceDelimited' })).toBe('color=blue%20black');
    expect(writeQuery(array, { color: 'pipeDelimited' })).toBe('color=blue%7Cblack');
    expect(decodeURIComponent(writeQuery({ color: { R: 100, G: 2 } }, { color: 'deepObject' }))).toBe(
      'color[R]=100&color[G]=2',
    );
    const pipe = { color: { as: 'list', style: 'pipeDelimited', explode: false } } as const;
    expect(parseFormatted('color=blue|black', pipe)).toEqual(array);
  });

  it('may have lists and objects inside an object', () => {
    const value = { deep: { ids: ['1', '2'], at: { x: '3' } } };
    const text = writeQuery(value, { deep: 'deepObject' });
    expect(parseFormatted(text, { deep: { as: 'object', style: 'deepObject' } })).toEqual(value);
  });

  it('are empty rather than absent if they are required', () => {
    const formats = {
      ids: { as: 'list', isRequired: true },
      page: { as: 'object', style: 'form', explode: true, isRequired: true, properties: ['x'] },
    } as const;
    expect(parseFormatted('', formats)).toEqual({ ids: [], page: {} });
    expect(parseFormatted('ids=1&x=2', formats)).toEqual({ ids: ['1'], page: { x: '2' } });
  });

  it('are refused if they are not JSON where they should be', () => {
    expect(() => parseFormatted('a=%7B', { a: { as: 'json' } })).toThrow('not valid JSON');
  });

  it('may have the name of a member of Object.prototype', () => {
    expect(Object.entries(parseFormatted('__proto__=1&constructor=2', {}))).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });
});

describe('values in a path', () => {
  it.each(segmentStyles)('arrive as the client wrote them in %s', (notation, style, explode) => {
    const items = explode && style === 'label' ? ['blue', 'a,b'] : list;
    const text = writeSegment('color', items, notation);
    expect(readSegment(text, 'color', { as: 'list', style, explode })).toEqual(items);
    const pairs = writeSegment('color', object, notation);
    expect(readSegment(pairs, 'color', { as: 'object', style, explode })).toEqual(object);
    const value = writeSegment('color', 'a/b', notation);
    expect(readSegment(value, 'color', { as: 'value', style, explode })).toBe('a/b');
  });

  it('are refused without the prefix of their style', () => {
    expect(() => readSegment('5', 'id', { as: 'value', style: 'matrix' })).toThrow('must start with ";id="');
  });

  it('are the examples of the specification', () => {
    const colors = ['blue', 'black'];
    expect(writeSegment('color', colors, 'label')).toBe('.blue,black');
    expect(writeSegment('color', colors, 'matrix*')).toBe(';color=blue;color=black');
    expect(writeSegment('color', { R: 100, G: 200 }, 'simple*')).toBe('R=100,G=200');
  });
});

describe('values in a header', () => {
  it.each([
    ['simple', ['1', '2'], '1,2', { as: 'list' }],
    ['simple', { a: '1', b: '2' }, 'a,1,b,2', { as: 'object' }],
    ['simple*', { a: '1', b: '2' }, 'a=1,b=2', { as: 'object', explode: true }],
    ['json', { a: 1 }, '{"a":1}', { as: 'json' }],
  ] as const)('arrive as the client wrote them: %s %j', (notation, value, text, format) => {
    expect(writeHeader(value, notation)).toBe(text);
    expect(readHeaderValue(text, format)).toEqual(value);
  });
});
