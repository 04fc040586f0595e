import { describe, expect, it } from 'vitest';
import { readChaosArguments, UsageError } from './chaos-arguments.ts';

const available = () => null;
const unavailable = () => 'networks need root';

describe('the command line of the chaos runner', () => {
  it('runs one seed for a minute by default', () => {
    expect(readChaosArguments([], unavailable)).toEqual({
      action: 'run',
      app: 'feed',
      seeds: [1],
      options: {
        durationMs: 60_000,
        clients: 24,
        rate: 60,
        killEveryMs: 5000,
        nodes: 1,
        workers: 1,
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

  it('puts a pooler in front of a shared database, lets it fail over, and isolates servers on request', () => {
    const shared = ['--database', 'postgres', '--nodes', '3'];
    const optionsOf = (...args: readonly string[]) =>
      readChaosArguments([...shared, ...args], available)?.options;
    const none = { pooler: false, failovers: false, isolations: false };
    expect(optionsOf()).toMatchObject(none);
    expect(optionsOf('--pgbouncer')).toMatchObject({ ...none, pooler: true });
    expect(optionsOf('--failover')).toMatchObject({ ...none, failovers: true });
    expect(optionsOf('--isolate')).toMatchObject({ ...none, isolations: true });
  });

  it('runs the shop with more messages by default', () => {
    expect(readChaosArguments(['--app', 'shop'], available)).toMatchObject({
      app: 'shop',
      options: { rate: 150 },
    });
  });

  it('runs an embedded database with workers', () => {
    expect(readChaosArguments(['--workers', '2'], available)).toMatchObject({
      options: { database: 'embedded', nodes: 1, workers: 2 },
    });
  });

  it.each([
    ['--app', 'bank'],
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
    ['--pgbouncer'],
    ['--failover'],
    ['--isolate'],
    ['--workers', '0'],
    ['--workers', 'auto'],
    ['--check'],
    ['history.json'],
    ['--unknown'],
  ])('refuses %s %s %s %s', (...args) => {
    expect(() => readChaosArguments(args, available)).toThrow(UsageError);
  });
});
