import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../support/browser-faults/fault.ts';
import { type FaultWorld, startFaultWorld } from '../../support/browser-faults/fault-world.ts';
import { faults } from '../../support/browser-faults/faults.ts';
import { quickTimings } from '../../support/browser-faults/faults-arguments.ts';
import { chromiumNote, chromiumSkipped } from '../../support/chromium.ts';

/** Other tests cover the rest, such as restarts of the server. */
const atTheSameTime = [
  'half-open',
  'half-open stream',
  'freeze and half-open',
  'back-forward cache',
  'captive portal',
  'resets',
  'upgrades blocked',
];
/** It stops the whole browser. */
const alone = ['sleep'];

function named(names: readonly string[]): readonly Fault[] {
  return faults.filter(({ name }) => names.includes(name));
}

const flawless = { lost: 0, duplicated: 0, noticedMs: expect.any(Number), problems: [] };

describe.skipIf(chromiumSkipped !== null)(
  `a client in Chromium loses and repeats nothing${chromiumNote}`,
  () => {
    let world: FaultWorld;
    const stopping = new AbortController();

    beforeAll(async () => {
      world = await startFaultWorld(quickTimings, stopping.signal);
    });

    afterAll(async () => {
      stopping.abort();
      await world?.[Symbol.asyncDispose]();
    });

    describe.concurrent('at the same time', () => {
      it.each(named(atTheSameTime))('after the fault: $name', async (fault) => {
        expect(await world.run(fault)).toMatchObject(flawless);
      });
    });

    it.each(named(alone))('after the fault: $name', async (fault) => {
      expect(await world.run(fault)).toMatchObject(flawless);
    });
  },
);
