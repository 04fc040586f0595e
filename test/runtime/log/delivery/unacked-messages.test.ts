import { describe, expect, it } from 'vitest';
import { UnackedMessages } from '../../../../src/runtime/log/delivery/unacked-messages.ts';

describe('UnackedMessages', () => {
  it('counts nothing before the first ack', () => {
    const unacked = new UnackedMessages(false);
    unacked.add(1, 0);
    expect([unacked.size, unacked.isOverdue(1000)]).toEqual([0, false]);
  });

  it('counts from the first message for a client that has stated its window', () => {
    const unacked = new UnackedMessages(true);
    unacked.add(1, 0);
    expect([unacked.size, unacked.isOverdue(1000)]).toEqual([1, true]);
  });

  it('acknowledges cumulatively, and knows the age of the oldest message', () => {
    const unacked = new UnackedMessages(false);
    unacked.acknowledge(0, 0);
    for (let seq = 1; seq <= 300; seq += 1) unacked.add(seq, seq * 10);
    expect([unacked.size, unacked.isFull(300), unacked.isFull(301)]).toEqual([300, true, false]);
    unacked.acknowledge(10, 50);
    expect([unacked.size, unacked.isOverdue(110), unacked.isOverdue(111)]).toEqual([290, false, true]);
    unacked.acknowledge(150, 100);
    expect([unacked.size, unacked.isOverdue(1510), unacked.isOverdue(1511)]).toEqual([150, false, true]);
    unacked.acknowledge(100, 100);
    expect(unacked.size).toBe(150);
    unacked.acknowledge(1000, 200);
    expect([unacked.size, unacked.isOverdue(1e9)]).toEqual([0, false]);
  });

  it('is not overdue while something new is acknowledged', () => {
    const unacked = new UnackedMessages(true);
    for (let seq = 1; seq <= 3; seq += 1) unacked.add(seq, 0);
    unacked.acknowledge(1, 500);
    expect([unacked.isOverdue(500), unacked.isOverdue(501)]).toEqual([false, true]);
    unacked.acknowledge(1, 600);
    expect(unacked.isOverdue(501)).toBe(true);
  });
});
