import { describe, expect, it } from 'vitest';
import { readChaosArguments, UsageError } from './chaos-arguments.ts';

const available = () => null;
const unavailable = () => 'networks need root';

describe('the command line of the chaos runner', () => {
  it('runs one seed for a minute by default', () => {
    expect(readChaosArguments([], unavailable)).toEqual({
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
        pooler: false,
        failovers: false,
        isolations: false,
      },
      keep: undefined,
      files: [],
      noCuts: null,
    });
  });

  it('reads a range of seeds and all other options', () => {
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
    expect(readChaosArguments([...args, '--schedule'], available)).toMatchObject({
      action: 'print-schedule',
      seeds: [3, 4, 5],
      options: { durationMs: 30_000, clients: 9, rate: 7, killEveryMs: 0 },
    });
    const cluster = ['--nodes', '3', '--database', 'postgres', '--broker', 'nats'];
    expect(readChaosArguments(cluster, available)).toMatchObject({
      options: { nodes: 3, database: 'postgres', broker: 'nats' },
    });
    expect(readChaosArguments(['--check', 'a.json'], unavailable)).toMatchObject({
      action: 'check',
      files: ['a.json'],
    });
    expect(readChaosArguments(['--help', '--seed', 'x'], unavailable)).toBeNull();
  });

  it('cuts the network of shared engines if possible, unless disabled', () => {
    const shared = ['--database', 'postgres'];
    expect(readChaosArguments(shared, available)).toMatchObject({ options: { cuts: true }, noCuts: null });
    expect(readChaosArguments([...shared, '--cuts'], available)).toMatchObject({ options: { cuts: true } });
    expect(readChaosArguments([...shared, '--no-cuts'], available)).toMatchObject({
      options: { cuts: false },
      noCuts: null,
    });
    expect(readChaosArguments(shared, unavailable)).toMatchObject({
      options: { cuts: false },
      noCuts: 'networks need root',
    });
    expect(() => readChaosArguments([...shared, '--cuts'], unavailable)).toThrow('networks need root');
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
    expect(() => readChaosArguments(args, available)).toThrow(UsageError);
  });
});
