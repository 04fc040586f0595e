import { describe, expect, it } from 'vitest';
import { areEquivalent, compareLiterals, overlap } from '../../scripts/posted/contract/addresses.ts';

describe('two addresses', () => {
  it.each([
    ['/rooms/{a}', '/rooms/lobby'],
    ['/{a}.bonds', '/trades.{b}'],
    ['/{a}-{b}', '/{c}'],
    ['/{a}-x-{b}', '/{c}-x'],
    ['/{a}b{c}', '/{d}c{e}'],
  ])('overlap: %s and %s', (one, other) => {
    expect([overlap(one, other), overlap(other, one)]).toEqual([true, true]);
  });

  it.each([
    ['/trades.{a}', '/tickers.{a}'],
    ['/TRADE-{a}--{b}', '/BLOCK-{a}'],
    ['/{a}.json', '/{a}.xml'],
    ['/x{a}', '/x'],
    ['/{a}', '/{a}/news'],
    ['/a{b}c', '/ac'],
  ])('do not overlap: %s and %s', (one, other) => {
    expect([overlap(one, other), overlap(other, one)]).toEqual([false, false]);
  });

  it('are compared in time linear in the product of their lengths', () => {
    const one = `/${'{a}-'.repeat(200)}x`;
    const other = `/${'{a}-'.repeat(200)}y`;
    expect(overlap(one, other)).toBe(false);
  });

  it.each([
    ['/rooms/{a}', '/{b}/lobby'],
    ['/lobby', '/{a}'],
    ['/x-{a}', '/{a}'],
    ['/x-y-{a}', '/x-{a}'],
  ])('have an order if one is more literal: %s and %s', (one, other) => {
    expect([compareLiterals(one, other), compareLiterals(other, one)]).toEqual([-1, 1]);
  });

  it('are equivalent if they differ in the names of their parameters', () => {
    expect(areEquivalent('/rooms/{a}-{b}', '/rooms/{c}-{d}')).toBe(true);
    expect(areEquivalent('/rooms/{a}', '/rooms/{a}-{b}')).toBe(false);
  });
});
