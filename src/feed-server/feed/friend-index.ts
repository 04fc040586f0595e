import { setImmediate as nextTurn } from 'node:timers/promises';
import { IdTable } from './id-table.ts';
import { ReaderLists } from './reader-lists.ts';

/** Entries swept in one turn of the event loop, which takes well below a millisecond. */
const sweptPerTurn = 20_000;

/** A sweep begins when the entries of readers who left exceed this number plus this share of all others. */
const minStaleEntries = 4096;
const maxStaleShare = 1 / 4;

/**
 * The readers of each author, in memory, for users who are connected. A friendship takes about 12 bytes
 * where authors have many readers, and less than 40 where they have two.
 *
 * The layout: `IdTable` maps the ids of authors to numbers, `ReaderLists` maps an author's number to its
 * readers, and `EntryPool` is the memory of those lists. Readers are numbers too, assigned here.
 *
 * Friendships are stored by author only. A reader who leaves is therefore not removed from the lists at once:
 * their number refers to nobody, until a sweep in the background has removed it from all lists. Only then is
 * the number assigned to another reader.
 */
export class FriendIndex<Reader> {
  readonly #authors = new IdTable();
  /** By number, like the next two arrays; null for a reader who has left. */
  readonly #readers: (Reader | null)[] = [];
  /** Higher the later the reader entered. */
  readonly #entryOrder: number[] = [];
  readonly #friendCounts: number[] = [];
  readonly #lists = new ReaderLists(this.#entryOrder);
  readonly #freeNumbers: number[] = [];
  /** Numbers that still occur in lists. */
  #departed: number[] = [];
  #entered = 0;
  /** Readers and their friendships. */
  #liveEntries = 0;
  /** The same of readers who have left. */
  #staleEntries = 0;
  #isSweeping = false;

  /** Returns the reader's number. */
  enter(reader: Reader): number {
    const number = this.#freeNumbers.pop() ?? this.#readers.length;
    this.#entered += 1;
    this.#readers[number] = reader;
    this.#entryOrder[number] = this.#entered;
    this.#friendCounts[number] = 0;
    this.#liveEntries += 1;
    return number;
  }

  /** Frees the number, which must not be used afterwards. */
  leave(number: number): void {
    const weight = 1 + (this.#friendCounts[number] ?? 0);
    this.#readers[number] = null;
    this.#departed.push(number);
    this.#liveEntries -= weight;
    this.#staleEntries += weight;
    if (!this.#isSweeping && this.#isSweepDue()) void this.#sweep();
  }

  /** Adds or updates a friendship. `friend` is a lowercase UUID, `sinceSeq` below 2^48. */
  set(number: number, friend: string, sinceSeq: number): void {
    if (this.#lists.set(this.#authors.add(friend), number, sinceSeq)) this.#count(number, 1);
  }

  delete(number: number, friend: string): void {
    const author = this.#authors.find(friend);
    if (!this.#lists.delete(author, number)) return;
    this.#count(number, -1);
    if (this.#lists.isEmpty(author)) this.#authors.remove(author);
  }

  /** The seq since which they are friends; undefined if they are not. */
  sinceSeq(number: number, friend: string): number | undefined {
    return this.#lists.sinceSeq(this.#authors.find(friend), number);
  }

  /** Visits those who became readers of the author before `seq`. */
  forEachReader(author: string, seq: number, visit: (reader: Reader) => void): void {
    this.#lists.forEach(this.#authors.find(author), (number, sinceSeq) => {
      const reader = this.#readers[number];
      if (reader != null && sinceSeq < seq) visit(reader);
    });
  }

  #count(number: number, change: 1 | -1): void {
    this.#friendCounts[number] = (this.#friendCounts[number] ?? 0) + change;
    this.#liveEntries += change;
  }

  #isSweepDue(): boolean {
    return this.#staleEntries > minStaleEntries + this.#liveEntries * maxStaleShare;
  }

  async #sweep(): Promise<void> {
    this.#isSweeping = true;
    while (this.#isSweepDue()) {
      // Those who leave during the sweep may have entries in lists that were already swept.
      const departed = this.#departed;
      this.#departed = [];
      await this.#sweepLists();
      for (const number of departed) this.#freeNumbers.push(number);
      this.#staleEntries -= departed.length;
    }
    this.#isSweeping = false;
  }

  async #sweepLists(): Promise<void> {
    const isPresent = (number: number): boolean => this.#readers[number] !== null;
    let swept = 0;
    for (let author = 1; author <= this.#authors.last; author += 1) {
      swept += 1;
      if (!this.#lists.isEmpty(author)) {
        const { before, after } = this.#lists.retain(author, isPresent);
        this.#staleEntries -= before - after;
        if (after === 0) this.#authors.remove(author);
        swept += before;
      }
      if (swept < sweptPerTurn) continue;
      swept = 0;
      await nextTurn();
    }
  }
}
