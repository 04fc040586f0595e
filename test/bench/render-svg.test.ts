import { describe, expect, it } from 'vitest';
import { renderSvg } from '../../bench/harness/render-svg.ts';
import type { ScenarioResult } from '../../bench/harness/results.ts';
import { outlineOf } from './outline.ts';

function result(titles: readonly string[]): ScenarioResult {
  return {
    name: 'scenario',
    title: 'Fan-out & "growth" <of> cost',
    about: '',
    metrics: [{ name: 'cost', title: 'CPU per delivery', unit: 'µs', better: 'lower' }],
    subjects: titles.map((title, index) => ({
      name: title,
      title,
      notRun: null,
      wrong: [],
      values: { cost: { median: 4 - index, min: 3.5 - index, max: 5 - index } },
      ratio: null,
    })),
    targets: [],
  };
}

describe('the plot of a scenario', () => {
  it('has a bar per subject, the best on top, and ours in its own color', () => {
    const { elements, texts } = outlineOf(renderSvg(result(['Posted', 'ws <send> & all'])));
    expect(elements.filter((element) => element === 'rect')).toHaveLength(2);
    expect(texts.indexOf('ws <send> & all')).toBeLessThan(texts.indexOf('Posted'));
    for (const text of ['Fan-out & "growth" <of> cost', 'CPU per delivery, µs', '4.00', '3.00']) {
      expect(texts).toContain(text);
    }
  });

  it('has a line if subjects are sizes of the same thing', () => {
    const { elements, texts } = outlineOf(renderSvg(result(['1,000 connections', '10,000 connections'])));
    expect(elements.filter((element) => element === 'circle')).toHaveLength(2);
    expect(elements).not.toContain('rect');
    for (const text of ['1,000', '10,000', 'connections']) expect(texts).toContain(text);
  });

  it('has bars if sizes are of different things', () => {
    expect(outlineOf(renderSvg(result(['1 core', '2 machines']))).elements).toContain('rect');
  });

  it('omits subjects without values, and is complete without any', () => {
    const [subject] = result(['Posted']).subjects;
    if (subject === undefined) throw new Error('there is no subject');
    const empty = { ...result([]), subjects: [{ ...subject, values: {} }] };
    expect(outlineOf(renderSvg(empty)).texts).not.toContain('Posted');
  });

  it('has colors for light and dark pages', () => {
    expect(renderSvg(result(['Posted']))).toContain('@media (prefers-color-scheme: dark)');
  });
});
