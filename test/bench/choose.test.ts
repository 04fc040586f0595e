import { describe, expect, it } from 'vitest';
import { choose } from '../../bench/harness/choose.ts';
import type { Scenario } from '../../bench/harness/scenario.ts';

function subject(name: string): Scenario['subjects'][number] {
  return {
    name,
    title: name,
    prepare: () => Promise.resolve(null),
    open: () => Promise.reject(new Error('not measured')),
  };
}

function scenario(name: string, byName?: boolean): Scenario {
  const target = { metric: 'posts', subject: 'posted', against: 'peer', atLeast: 1 };
  return {
    name,
    title: name,
    about: '',
    metrics: [],
    subjects: ['posted', 'peer', 'earlier'].map(subject),
    targets: [target, { ...target, against: 'earlier' }],
    ...(byName === undefined ? {} : { byName }),
  };
}

const all = [scenario('fan-out'), scenario('nodes', true)];
const peers = ['posted', 'peer'];

function namesOf(scenarios: readonly string[]): readonly string[] {
  return choose(all, peers, { scenarios, peers: null }).map(({ name }) => name);
}

describe('the choice of scenarios', () => {
  it('leaves out scenarios that are measured by name, unless they are named', () => {
    expect(namesOf([])).toEqual(['fan-out']);
    expect(namesOf(['nodes'])).toEqual(['nodes']);
  });

  it('keeps subjects that are not peers, and the targets of the subjects that are left', () => {
    const [chosen] = choose(all, peers, { scenarios: ['nodes'], peers: ['posted'] });
    expect(chosen?.subjects.map(({ name }) => name)).toEqual(['posted', 'earlier']);
    expect(chosen?.targets.map(({ against }) => against)).toEqual(['earlier']);
  });

  it('refuses an unknown name', () => {
    expect(() => namesOf(['node'])).toThrow('Unknown scenario node. Known: fan-out, nodes.');
  });
});
