import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, type Position } from '../../../../src/runtime/log/cursor.ts';
import type { LogEvent } from '../../../../src/runtime/log/event.ts';
import { newMark } from '../../../../src/runtime/log/new-mark.ts';
import type { ResetReason } from '../../../../src/runtime/log/tail-listener.ts';
import { followLog } from './follow-log.ts';
import { MemoryEngine } from './memory-engine.ts';

/** A tail that started at event 5 and has applied those up to 8. */
async function followEight(isSoleWriter = false) {
  const engine = new MemoryEngine();
  for (let count = 0; count < 5; count += 1) engine.append();
  const { tail } = await followLog({ engine, isSoleWriter });
  for (let count = 0; count < 3; count += 1) engine.append();
  await tail.catchUp();
  engine.stateReads.length = 0;
  const at = (seq: number): Position => {
    const { mark } = seq === 0 ? { mark: 0 } : (engine.events.find((event) => event.seq === seq) as LogEvent);
    return { seq, mark };
  };
  const locate = (position: Position, epoch = tail.epoch): Promise<Position | ResetReason> => {
    const cursor = decodeCursor(encodeCursor(epoch, position));
    if (cursor === null) throw new Error('not a cursor');
    return tail.locate(cursor);
  };
  return { engine, tail, at, locate };
}

describe('a cursor', () => {
  it('is located in memory by the only writer of a log if its event is there', async () => {
    const { engine, at, locate } = await followEight(true);
    for (const seq of [5, 6, 8]) expect(await locate(at(seq))).toEqual(at(seq));
    expect(engine.stateReads).toEqual([]);
  });

  it('is located in the log if its event is older', async () => {
    const { engine, at, locate } = await followEight(true);
    for (const seq of [0, 1, 4]) expect(await locate(at(seq))).toEqual(at(seq));
    expect(engine.stateReads).toHaveLength(3);
  });

  it('is located only after everything that other nodes have stored before is applied', async () => {
    const { engine, tail, at, locate } = await followEight();
    engine.append();
    expect(await locate(at(6))).toEqual(at(6));
    expect(tail.position.seq).toBe(9);
  });

  it('of another epoch gets the reset "epoch"', async () => {
    const { at, locate } = await followEight();
    expect(await locate(at(6), '6f1c9c1e-2a54-4f0e-9a52-0d3a4f3f6a01')).toBe('epoch');
  });

  it.each([
    ['older than those in memory', 3],
    ['below the floor', 1],
    ['above the head', 9],
  ])('of another epoch gets the reset "epoch" even if its seq is %s', async (_, seq) => {
    const { engine, locate } = await followEight();
    engine.pruneTo(2);
    expect(await locate({ seq, mark: newMark() }, '6f1c9c1e-2a54-4f0e-9a52-0d3a4f3f6a01')).toBe('epoch');
  });

  it.each([
    ['in memory', 6],
    ['in the log', 3],
  ])('with the mark of another event gets the reset "epoch", and begins no epoch (%s)', async (_, seq) => {
    const { engine, tail, locate } = await followEight();
    const { epoch } = engine;
    expect(await locate({ seq, mark: newMark() })).toBe('epoch');
    expect([engine.epoch, tail.epoch]).toEqual([epoch, epoch]);
  });

  it('has its mark checked on an embedded database too', async () => {
    const { at, locate } = await followEight(true);
    expect(await locate({ seq: 3, mark: newMark() })).toBe('epoch');
    expect(await locate({ seq: 7, mark: newMark() })).toBe('epoch');
    expect(await locate(at(3))).toEqual(at(3));
  });

  it('below the floor gets the reset "expired", and one at the floor does not', async () => {
    const { engine, at, locate } = await followEight();
    const [third, fourth] = [at(3), at(4)];
    engine.pruneTo(4);
    expect(await locate(third)).toBe('expired');
    expect(await locate(fourth)).toEqual(fourth);
  });

  it('below the floor gets the reset "expired" while its event is still being deleted', async () => {
    const { engine, at, locate } = await followEight();
    engine.floor = at(4);
    expect(await locate(at(3))).toBe('expired');
  });

  it('above the head gets the reset "future"', async () => {
    const { locate } = await followEight();
    expect(await locate({ seq: 9, mark: newMark() })).toBe('future');
  });

  it('that another node has just issued is located after a read', async () => {
    const { engine, at, locate } = await followEight();
    engine.append();
    expect(await locate(at(9))).toEqual(at(9));
  });

  it('of a history that this node has not noticed yet is located in it', async () => {
    const { engine, tail, at, locate } = await followEight();
    engine.loseAfter(6);
    engine.append();
    expect(await locate(at(7))).toBe('epoch');
    expect(tail.epoch).toBe(engine.epoch);
    expect(await locate(at(7))).toEqual(at(7));
  });

  it('shares its read with others that arrive at the same time', async () => {
    const { engine, at, locate } = await followEight();
    const located = await Promise.all([1, 2, 3, 4].flatMap((seq) => [locate(at(seq)), locate(at(seq))]));
    expect(located.filter((result) => typeof result === 'string')).toEqual([]);
    expect(engine.stateReads).toEqual([[8, 1, 2, 3, 4]]);
  });

  it('is not located while the log cannot be read', async () => {
    const { engine, at, locate } = await followEight();
    engine.failure = new Error('the connection was reset');
    for (const seq of [3, 7]) {
      await expect(locate(at(seq))).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 1000 });
    }
  });

  it('is located with those of more clients than fit into one statement', async () => {
    const { engine, locate } = await followEight();
    await Promise.all(
      Array.from({ length: 1200 }, (_, index) => locate({ seq: 100 + index, mark: newMark() })),
    );
    expect(Math.max(...engine.stateReads.map(({ length }) => length))).toBeLessThanOrEqual(501);
    expect(engine.stateReads).toHaveLength(3);
  });
});
