import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { GapTimer } from '../../../../src/runtime/log/gap-timer.ts';

function createTimer() {
  const sequence = { position: { seq: 1, mark: 1 }, hasGap: true };
  let timeouts = 0;
  const timer = new GapTimer(sequence, 50, () => {
    timeouts += 1;
  });
  return { sequence, timer, timeouts: () => timeouts };
}

test('a gap that stays is reported once, after the time', async () => {
  const { timer, timeouts } = createTimer();
  timer.start();
  timer.start();
  expect(timeouts()).toBe(0);
  await expect.poll(timeouts).toBe(1);
  await wait(100);
  expect(timeouts()).toBe(1);
});

test('a gap that is filled is not reported, even if another one follows', async () => {
  const { sequence, timer, timeouts } = createTimer();
  timer.start();
  const filling = setInterval(() => {
    sequence.position.seq += 1;
  }, 5);
  await wait(300);
  expect(timeouts()).toBe(0);
  clearInterval(filling);
  await expect.poll(timeouts).toBe(1);
});

test('nothing is reported without a gap, or after stopping', async () => {
  const { sequence, timer, timeouts } = createTimer();
  timer.start();
  timer.stop();
  sequence.hasGap = false;
  timer.start();
  await wait(120);
  expect(timeouts()).toBe(0);
});
