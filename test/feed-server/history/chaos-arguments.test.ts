import { describe, expect, it } from 'vitest';
import { readChaosArguments, UsageError } from './chaos-arguments.ts';

const somewhere = () => null;
const nowhere = () => 'networks need root';

describe('the command line of the chaos runner', () => {
  it('runs one seed for a minute unless it is told otherwise', () => {
    expect(readChaosArguments([], nowhere)).toEqual({
      action: 'run',
      seeds: [1],
      options: {
        durationMs: 60_000,
        clients: 24,
        rate: 60,
        killEveryMs: 5000,
        nodes: 1,
        database: 'embedded',
        broker: 'none',
        cuts: false,
      },
      keep: undefined,
      files: [],
      noCuts: null,
    });
  });

  it('takes a range of seeds, and every other number', () => {
    const args = [
      '--seeds',
      '3..5',
      '--minutes',
      '0.5',
      '--clients',
      '9',
      '--rate',
      '7',
      '--kill-every',
      '0',
    ];
    expect(readChaosArguments([...args, '--schedule'], somewhere)).toMatchObject({
      action: 'print-schedule',
      seeds: [3, 4, 5],
      options: { durationMs: 30_000, clients: 9, rate: 7, killEveryMs: 0 },
    });
    const cluster = ['--nodes', '3', '--database', 'postgres', '--broker', 'nats'];
    expect(readChaosArguments(cluster, somewhere)).toMatchObject({
      options: { nodes: 3, database: 'postgres', broker: 'nats' },
    });
    expect(readChaosArguments(['--check', 'a.json'], nowhere)).toMatchObject({
      action: 'check',
      files: ['a.json'],
    });
    expect(readChaosArguments(['--help', '--seed', 'x'], nowhere)).toBeNull();
  });

  it('cuts off what the nodes share, where that can be done and nobody minds', () => {
    const shared = ['--database', 'postgres'];
    expect(readChaosArguments(shared, somewhere)).toMatchObject({ options: { cuts: true }, noCuts: null });
    expect(readChaosArguments([...shared, '--cuts'], somewhere)).toMatchObject({ options: { cuts: true } });
    expect(readChaosArguments([...shared, '--no-cuts'], somewhere)).toMatchObject({
      options: { cuts: false },
      noCuts: null,
    });
    expect(readChaosArguments(shared, nowhere)).toMatchObject({
      options: { cuts: false },
      noCuts: 'networks need root',
    });
    expect(() => readChaosArguments([...shared, '--cuts'], nowhere)).toThrow('networks need root');
  });

  it.each([
    ['--seed', 'x'],
    ['--seed', '-1'],
    ['--seeds', '5..3'],
    ['--seed', '1', '--seeds', '1..2'],
    ['--minutes', '0'],
    ['--clients', ''],
    ['--kill-every', '0.1'],
    ['--nodes', '3'],
    ['--database', 'mysql'],
    ['--broker', 'zeromq'],
    ['--broker', 'nats'],
    ['--cuts'],
    ['--check'],
    ['history.json'],
    ['--unknown'],
  ])('refuses %s %s %s %s', (...args) => {
    expect(() => readChaosArguments(args, somewhere)).toThrow(UsageError);
  });
});
