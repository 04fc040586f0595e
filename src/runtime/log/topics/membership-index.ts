import { setImmediate as nextTurn } from 'node:timers/promises';
import { IdTable } from './id-table.ts';
import { UserLists } from './user-lists.ts';

/** Entries swept in one turn of the event loop, which takes well below a millisecond. */
const sweptPerTurn = 20_000;

/** A sweep begins when the entries of removed users exceed this number plus this share of all others. */
const minStaleEntries = 4096;
const maxStaleShare = 1 / 4;

/**
 * The users of each topic, in memory, for users who are connected. A membership takes about 12 bytes where
 * topics have many users, and less than 40 where they have two.
 *
 * The layout: `IdTable` maps topics to numbers, `UserLists` maps a topic's number to its users, and
 * `EntryPool` is the memory of those lists. Users are numbers too, assigned here.
 *
 * Memberships are stored by topic only. A user who is removed is therefore not removed from the lists at
 * once: their number refers to nobody, until a sweep in the background has removed it from all lists. Only
 * then is the number assigned to another user.
 */
export class MembershipIndex<User> {
  readonly #topics = new IdTable();
  /** By number, like the next two arrays; null for a user who was removed. */
  readonly #users: (User | null)[] = [];
  /** Higher the later the user was added. */
  readonly #addedOrder: number[] = [];
  readonly #topicCounts: number[] = [];
  readonly #lists = new UserLists(this.#addedOrder);
  readonly #freeNumbers: number[] = [];
  /** Numbers that still occur in lists. */
  #removed: number[] = [];
  #added = 0;
  /** Users and their memberships. */
  #liveEntries = 0;
  /** The same of users who were removed. */
  #staleEntries = 0;
  #isSweeping = false;

  /** Adds a user without memberships. Returns their number. */
  add(user: User): number {
    const number = this.#freeNumbers.pop() ?? this.#users.length;
    this.#added += 1;
    this.#users[number] = user;
    this.#addedOrder[number] = this.#added;
    this.#topicCounts[number] = 0;
    this.#liveEntries += 1;
    return number;
  }

  /** Frees the number, which must not be used afterwards. */
  remove(number: number): void {
    const weight = 1 + (this.#topicCounts[number] ?? 0);
    this.#users[number] = null;
    this.#removed.push(number);
    this.#liveEntries -= weight;
    this.#staleEntries += weight;
    if (!this.#isSweeping && this.#needsSweep()) void this.#sweep();
  }

  /** Adds or updates a membership. `sinceSeq` is below 2^48. */
  join(number: number, topic: string, sinceSeq: number): void {
    if (this.#lists.set(this.#topics.add(topic), number, sinceSeq)) this.#count(number, 1);
  }

  leave(number: number, topic: string): void {
    const list = this.#topics.find(topic);
    if (!this.#lists.delete(list, number)) return;
    this.#count(number, -1);
    if (this.#lists.isEmpty(list)) this.#topics.remove(list);
  }

  /** The seq of the event that began the membership; undefined if the user has not joined the topic. */
  sinceSeq(number: number, topic: string): number | undefined {
    return this.#lists.sinceSeq(this.#topics.find(topic), number);
  }

  /** Visits those who joined the topic before `seq`. */
  forEachUser(topic: string, seq: number, visit: (user: User) => void): void {
    this.#lists.forEach(this.#topics.find(topic), (number, sinceSeq) => {
      const user = this.#users[number];
      if (user != null && sinceSeq < seq) visit(user);
    });
  }

  #count(number: number, change: 1 | -1): void {
    this.#topicCounts[number] = (this.#topicCounts[number] ?? 0) + change;
    this.#liveEntries += change;
  }

  #needsSweep(): boolean {
    return this.#staleEntries > minStaleEntries + this.#liveEntries * maxStaleShare;
  }

  async #sweep(): Promise<void> {
    this.#isSweeping = true;
    while (this.#needsSweep()) {
      // Those who are removed during the sweep may have entries in lists that were already swept.
      const removed = this.#removed;
      this.#removed = [];
      await this.#sweepLists();
      for (const number of removed) this.#freeNumbers.push(number);
      this.#staleEntries -= removed.length;
    }
    this.#isSweeping = false;
  }

  async #sweepLists(): Promise<void> {
    const isPresent = (number: number): boolean => this.#users[number] !== null;
    let swept = 0;
    for (let topic = 1; topic <= this.#topics.last; topic += 1) {
      swept += 1;
      if (!this.#lists.isEmpty(topic)) {
        const { before, after } = this.#lists.retain(topic, isPresent);
        this.#staleEntries -= before - after;
        if (after === 0) this.#topics.remove(topic);
        swept += before;
      }
      if (swept < sweptPerTurn) continue;
      swept = 0;
      await nextTurn();
    }
  }
}
