import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ReplayTurns, type TurnTaker } from '../../../../src/runtime/log/delivery/replay-turns.ts';

/** Replays that record each turn and want as many more as they have work. */
function createReplays() {
  const taken: string[] = [];
  const replay = (name: string, user: string, work: number): TurnTaker => {
    let left = work;
    return {
      user,
      takeTurn(maxCost) {
        const cost = Math.min(left, maxCost);
        left -= cost;
        taken.push(`${name} ${cost}`);
        for (const startMs = performance.now(); performance.now() === startMs; );
        return cost;
      },
      get hasMore() {
        return left > 0;
      },
    };
  };
  return { taken, replay };
}

describe('ReplayTurns', () => {
  it('starts a replay at once, and continues it in later turns of the event loop', async () => {
    const turns = new ReplayTurns({ turnMs: 1000, userCost: 10 });
    const { taken, replay } = createReplays();
    turns.request(replay('a', 'ada', 25));
    expect(taken).toEqual(['a 10']);
    await nextTurn();
    expect(taken).toEqual(['a 10', 'a 10']);
    await nextTurn();
    expect(taken).toEqual(['a 10', 'a 10', 'a 5']);
  });

  it('gives each user the same share, however many replays they have', async () => {
    const turns = new ReplayTurns({ turnMs: 1000, userCost: 10 });
    const { taken, replay } = createReplays();
    for (const number of [1, 2, 3]) turns.request(replay(`ada ${number}`, 'ada', 20));
    turns.request(replay('bob', 'bob', 20));
    expect(taken).toEqual(['ada 1 10', 'bob 10']);
    await nextTurn();
    expect(taken.slice(2)).toEqual(['ada 1 10', 'bob 10']);
    for (let turn = 0; turn < 4; turn += 1) await nextTurn();
    expect(taken.slice(4)).toEqual(['ada 2 10', 'ada 3 10', 'ada 2 10', 'ada 3 10']);
  });

  it('lets other work run when a turn is used up, and continues with those who were not served', async () => {
    const turns = new ReplayTurns({ turnMs: Number.MIN_VALUE, userCost: 10 });
    const { taken, replay } = createReplays();
    for (const user of ['ada', 'bob', 'cyd']) turns.request(replay(user, user, 11));
    for (let turn = 1; turn < 6; turn += 1) {
      expect(taken).toHaveLength(turn);
      await nextTurn();
    }
    expect(taken).toEqual(['ada 10', 'ada 1', 'bob 10', 'cyd 10', 'bob 1', 'cyd 1']);
  });
});
