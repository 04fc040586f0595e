import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createSubscriber } from './create-subscriber.ts';
import { markOf, messageAt, sentAt } from './events.ts';

describe('Subscriber', () => {
  it('replays what its connection may see of its channel, from the log and then from memory', async () => {
    const { start, apply, frames, log } = createSubscriber();
    log.recentSince = 3;
    for (const seq of [4, 5]) apply(messageAt(seq));
    start(1);
    log.reads[0]?.answer([
      messageAt(1),
      messageAt(2, { topic: 'secret' }),
      messageAt(3, { channel: 'bids' }),
    ]);
    await nextTurn();
    expect(frames).toEqual(['ready 1 true', `checkpoint 3 ${markOf(3)}`, 'message 4', 'message 5']);
  });

  it('sends a checkpoint as soon as it goes live after skipping, and none after a message', () => {
    const { start, apply, frames } = createSubscriber();
    for (const seq of [1, 2]) apply(messageAt(seq, { topic: 'secret' }));
    start(0);
    expect(frames).toEqual(['ready 0 true', `checkpoint 2 ${markOf(2)}`]);
    const other = createSubscriber();
    other.apply(messageAt(1, { topic: 'secret' }));
    other.apply(messageAt(2));
    other.start(0);
    expect(other.frames).toEqual(['ready 0 true', 'message 2']);
  });

  it('resets when its user has left a topic after its position and joined it again since', () => {
    const { start, apply, frames, subscriber } = createSubscriber();
    apply(messageAt(1));
    for (const [seq, user, topic] of [
      [2, 'bob', 'bob'],
      [3, 'ada', 'cyd'],
      [4, 'ada', 'bob'],
    ] as const)
      apply({ kind: 'leave', seq, mark: markOf(seq), createdAtMs: 0, topic, user });
    apply(messageAt(5));
    start(0);
    expect(frames).toEqual(['ready 0 true', 'message 1', `reset expired 5 ${markOf(5)}`]);
    expect(subscriber.isLagging).toBe(false);
  });

  it('reads a page once, however little of it there is room for at a time', async () => {
    const { subscriber, start, apply, frames, log, socket } = createSubscriber();
    log.recentSince = 20;
    log.tailSeq = 20;
    socket.room = 3;
    start(0);
    log.reads[0]?.answer(Array.from({ length: 20 }, (_, index) => messageAt(index + 1)));
    await nextTurn();
    expect(frames.length).toBe(4);
    while (subscriber.isLagging) {
      socket.room = 3;
      subscriber.drained();
    }
    expect(frames.slice(1)).toEqual(Array.from({ length: 20 }, (_, index) => `message ${index + 1}`));
    expect(log.reads.length).toBe(1);
    apply(messageAt(21));
    subscriber.offer(sentAt(21), 0);
    expect(frames.at(-1)).toBe('message 21');
  });

  it('does not send what was redacted after the page was read', async () => {
    const { subscriber, pages, start, frames, log, socket } = createSubscriber();
    log.recentSince = 3;
    log.tailSeq = 3;
    socket.room = 1;
    start(0);
    log.reads[0]?.answer([messageAt(1), messageAt(2, { entity: 'o-2' }), messageAt(3)]);
    await nextTurn();
    pages.apply(messageAt(4, { kind: 'redact', entity: 'o-2', channel: null, message: null, payload: null }));
    socket.room = 3;
    subscriber.drained();
    expect(frames).toEqual(['ready 0 true', 'message 1', 'message 3']);
  });

  it('skips redacted messages, events that are sent to nobody, and memberships', () => {
    const { start, apply, frames } = createSubscriber();
    apply(messageAt(1, { payload: null }));
    apply(messageAt(2, { channel: null, message: null }));
    apply({ seq: 3, mark: markOf(3), createdAtMs: 0, kind: 'join', topic: 'ada', user: 'bob' });
    apply(messageAt(4));
    start(0);
    expect(frames).toEqual(['ready 0 true', 'message 4']);
  });

  it('sends nothing of a page that was being read when a reset moved its position', async () => {
    const { subscriber, start, frames, log } = createSubscriber();
    log.recentSince = 10;
    log.tailSeq = 10;
    start(1);
    subscriber.reset('expired');
    log.reads[0]?.answer([messageAt(1), messageAt(2), messageAt(3)]);
    await nextTurn();
    expect(frames).toEqual(['ready 1 true', `reset expired 10 ${markOf(10)}`]);
    expect(subscriber.isLagging).toBe(false);
  });

  it('resets once when the events after its position are gone', async () => {
    const { start, frames, log } = createSubscriber();
    log.recentSince = 10;
    log.tailSeq = 10;
    start(1);
    log.reads[0]?.answer([messageAt(4), messageAt(5)]);
    await nextTurn();
    expect(frames).toEqual(['ready 1 true', `reset expired 10 ${markOf(10)}`]);
  });

  it('sends what it had no room for once its socket has drained', () => {
    const { subscriber, start, apply, frames, socket } = createSubscriber();
    start(0);
    for (const seq of [1, 2, 3]) {
      socket.room = seq === 1 ? 1 : 0;
      apply(messageAt(seq));
      subscriber.offer(sentAt(seq), 0);
    }
    expect(frames).toEqual(['ready 0 true', 'message 1']);
    expect(subscriber.isLagging).toBe(true);
    socket.room = 10;
    subscriber.drained();
    expect(frames.slice(2)).toEqual(['message 2', 'message 3']);
  });

  it('continues in the log, after the mark of the last event it passed, when memory no longer has it', async () => {
    const { subscriber, start, apply, frames, log, socket } = createSubscriber();
    start(0);
    socket.room = 0;
    apply(messageAt(1, { topic: 'secret' }));
    apply(messageAt(2));
    subscriber.offer(sentAt(2), 0);
    log.recentSince = 2;
    socket.room = 10;
    subscriber.drained();
    expect(log.reads[0]?.afterSeq).toBe(0);
    log.reads[0]?.answer([messageAt(1), messageAt(2)]);
    await nextTurn();
    expect(frames).toEqual(['ready 0 true', 'message 2']);
  });

  it('sends a checkpoint at the tail after quiet time, with its mark', () => {
    const { subscriber, start, log, frames } = createSubscriber();
    start(0);
    log.tailSeq = 7;
    log.readCount = 1;
    subscriber.tick(performance.now() + 29_000);
    subscriber.tick(performance.now() + 31_000);
    expect(frames.slice(1)).toEqual([`checkpoint 7 ${markOf(7)}`]);
  });

  it('sends no checkpoint unless the log was read after the last one', () => {
    const { subscriber, start, log, frames } = createSubscriber();
    start(0);
    const tick = (seconds: number) => subscriber.tick(performance.now() + seconds * 1000);
    tick(31);
    expect(frames.slice(1)).toEqual([]);
    log.readCount = 1;
    tick(32);
    tick(63);
    tick(94);
    expect(frames.slice(1)).toEqual(['checkpoint 0 0']);
    log.readCount = 2;
    tick(95);
    expect(frames.slice(1)).toEqual(['checkpoint 0 0', 'checkpoint 0 0']);
  });

  it('sends no more than the window that the client has stated, from the first message on and after a reset', () => {
    const { subscriber, start, apply, frames } = createSubscriber({ window: 2, heartbeatMs: 15_000 });
    for (const seq of [1, 2, 3, 4, 5]) apply(messageAt(seq));
    start(0);
    expect(frames).toEqual(['ready 0 true', 'message 1', 'message 2']);
    subscriber.acknowledge(1);
    expect(frames.slice(3)).toEqual(['message 3']);
    subscriber.reset('epoch');
    for (const seq of [6, 7, 8]) {
      apply(messageAt(seq));
      subscriber.offer(sentAt(seq), 0);
    }
    expect(frames.slice(4)).toEqual([`reset epoch 5 ${markOf(5)}`, 'message 6', 'message 7']);
  });

  it('closes a live connection without room if the contract says so, but not one that replays', () => {
    const { subscriber, start, apply, frames, closed } = createSubscriber({ window: 1, slowReader: 'close' });
    for (const seq of [1, 2]) apply(messageAt(seq));
    start(0);
    expect([frames.at(-1), closed]).toEqual(['message 1', []]);
    subscriber.acknowledge(1);
    subscriber.acknowledge(2);
    for (const seq of [3, 4]) {
      apply(messageAt(seq));
      subscriber.offer(sentAt(seq), 0);
    }
    expect([frames.at(-1), closed]).toEqual(['message 3', ['slowConsumer']]);
  });

  it('is never silent for longer than the heartbeat, live or lagging', () => {
    const { subscriber, start, apply, frames, socket } = createSubscriber({ window: 2, heartbeatMs: 5000 });
    start(0);
    const startMs = performance.now();
    const tickTo = (from: number, to: number) => {
      for (let second = from; second <= to; second += 1) subscriber.tick(startMs + second * 1000);
    };
    tickTo(1, 3);
    expect(frames).toEqual(['ready 0 true']);
    tickTo(4, 10);
    expect(frames.slice(1)).toEqual(['alive 7', 'alive 7']);
    apply(messageAt(1));
    subscriber.offer(sentAt(1), startMs + 10_000);
    tickTo(11, 13);
    expect(frames.slice(3)).toEqual(['message 1']);
    socket.room = 0;
    apply(messageAt(2));
    subscriber.offer(sentAt(2), startMs + 13_000);
    tickTo(14, 14);
    expect([subscriber.isLagging, ...frames.slice(4)]).toEqual([true, 'alive 7']);
  });

  it('sends no heartbeat to a client that has not stated its window', () => {
    const { subscriber, start, frames } = createSubscriber();
    start(0);
    for (let second = 1; second <= 600; second += 1) subscriber.tick(performance.now() + second * 1000);
    expect(frames).toEqual(['ready 0 true']);
  });

  it('passes messages that this version does not know if its client cannot have subscribed to them', () => {
    const { subscriber, start, apply, frames, closed } = createSubscriber();
    apply(messageAt(1, { message: 'moved', topic: 'secret' }));
    apply(messageAt(2, { message: 'moved', channel: 'bids' }));
    apply(messageAt(3));
    start(0);
    subscriber.acknowledge(3);
    expect([frames, closed]).toEqual([['ready 0 true', 'message 3'], []]);
  });

  it('sends its client to another server before a message that this version does not know, in a replay', () => {
    const { subscriber, start, apply, frames, closed } = createSubscriber();
    apply(messageAt(1));
    apply(messageAt(2, { message: 'moved' }));
    apply(messageAt(3));
    start(0);
    subscriber.drained();
    expect([frames, closed]).toEqual([['ready 0 true', 'message 1', 'bye 700'], ['tryAgainLater']]);
  });

  it('sends its client to another server before a message that this version does not know, while live', () => {
    const { subscriber, start, apply, frames, closed } = createSubscriber();
    start(0);
    apply(messageAt(1, { message: 'moved' }));
    subscriber.offer(sentAt(1, { message: 'moved' }), 0);
    expect([frames, closed]).toEqual([['ready 0 true', 'bye 700'], ['tryAgainLater']]);
  });

  it('refuses an ack of a message that it was not sent', () => {
    const { subscriber, start, apply } = createSubscriber();
    apply(messageAt(1));
    start(0);
    subscriber.acknowledge(1);
    expect(() => subscriber.acknowledge(2)).toThrow('this connection never received that cursor');
  });

  it('says when to reconnect before it sends a client to another server', () => {
    const { subscriber, start, frames, closed } = createSubscriber();
    start(0);
    subscriber.leave(500);
    expect([frames.at(-1), closed]).toEqual(['bye 500', ['tryAgainLater']]);
  });
});
