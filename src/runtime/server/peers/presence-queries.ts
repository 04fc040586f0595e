import { randomUUID } from 'node:crypto';
import type { PresenceAnswer, PresenceQuestion } from './peer-message.ts';

/** The connections of a room on one node or several. */
export interface Members {
  /** The number of connections. */
  readonly count: number;
  /** The ids of their users; connections without a user have none. */
  readonly users: ReadonlySet<string>;
}

/** The connections of a room on all other nodes. */
export interface RemoteMembers extends Members {
  /** Whether all nodes have answered. */
  readonly isComplete: boolean;
}

export interface PresenceQueriesDeps {
  /** Sends a question to all other nodes. */
  readonly ask: (question: PresenceQuestion) => void;
  /** The nodes that must answer. */
  readonly nodes: () => ReadonlySet<string>;
  /** Whether `nodes` is complete: a bus that has just come up does not know all of them. */
  readonly isSettled: () => boolean;
}

/** How long a node waits for the answers, before it asks once more and before it gives up. */
const waitMs = 500;
const attempts = 2;

/** How long a result is reused: a room may be queried for each of its connections. */
const reuseMs = 1000;
const maxResults = 1000;

/** At most 64 KB as JSON. */
const maxPartCharacters = 10_000;

/** Finds out who is connected to a room on the other nodes. Concurrent queries of one room share one. */
export class PresenceQueries {
  readonly #deps: PresenceQueriesDeps;
  /** By room, in the order in which the queries began. */
  readonly #results = new Map<string, Promise<RemoteMembers>>();
  readonly #running = new Map<string, Answers>();

  constructor(deps: PresenceQueriesDeps) {
    this.#deps = deps;
  }

  /** The connections on the other nodes, up to a second ago. */
  find(channel: string, room: string): Promise<RemoteMembers> {
    const key = JSON.stringify([channel, room]);
    const known = this.#results.get(key);
    if (known !== undefined) return known;
    const result = this.#query(channel, room);
    for (const oldest of this.#results.keys()) {
      if (this.#results.size < maxResults) break;
      this.#results.delete(oldest);
    }
    this.#results.set(key, result);
    setTimeout(() => {
      if (this.#results.get(key) === result) this.#results.delete(key);
    }, reuseMs).unref();
    return result;
  }

  /** Called with every answer that arrives, also to nodes that did not ask. */
  answered(node: string, answer: PresenceAnswer): void {
    this.#running.get(answer.query)?.add(node, answer);
  }

  async #query(channel: string, room: string): Promise<RemoteMembers> {
    const { ask, nodes, isSettled } = this.#deps;
    const answers = new Answers();
    const queries: string[] = [];
    const isComplete = (): boolean => answers.isFrom(nodes());
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const isKnown = isSettled();
      if (isKnown && isComplete()) break;
      // With an id of its own, so that the parts of a late answer are not mixed with those of the next one.
      const query = randomUUID();
      queries.push(query);
      this.#running.set(query, answers);
      ask({ query, channel, room });
      await answers.until(() => isKnown && isComplete(), waitMs);
    }
    for (const query of queries) this.#running.delete(query);
    return { ...answers.sum(), isComplete: isComplete() };
  }
}

/** Splits the members of a room on this node into answers that are small enough for a message each. */
export function* answersTo(query: string, { count, users }: Members): Generator<PresenceAnswer> {
  const batches: string[][] = [[]];
  let characters = 0;
  for (const user of users) {
    characters += user.length;
    if (characters > maxPartCharacters) {
      batches.push([]);
      characters = user.length;
    }
    batches.at(-1)?.push(user);
  }
  for (const [part, batch] of batches.entries()) {
    yield { query, part, parts: batches.length, count, users: batch };
  }
}

/** What the nodes have answered so far. */
class Answers {
  readonly #complete = new Map<string, Members>();
  readonly #partial = new Map<string, Map<number, readonly string[]>>();
  #onComplete: (() => void) | null = null;

  add(node: string, { query, part, parts, count, users }: PresenceAnswer): void {
    if (this.#complete.has(node)) return;
    const key = `${node} ${query} ${parts}`;
    const received = this.#partial.get(key) ?? new Map<number, readonly string[]>();
    this.#partial.set(key, received.set(part, users));
    if (received.size < parts) return;
    this.#partial.delete(key);
    this.#complete.set(node, { count, users: new Set([...received.values()].flat()) });
    this.#onComplete?.();
  }

  isFrom(nodes: ReadonlySet<string>): boolean {
    return nodes.isSubsetOf(this.#complete);
  }

  /** Resolves when the condition, which is about complete answers, holds, or after `timeoutMs`. */
  async until(condition: () => boolean, timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#onComplete = () => {
        if (!condition()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#onComplete = null;
  }

  sum(): Members {
    const users = new Set<string>();
    let count = 0;
    for (const members of this.#complete.values()) {
      count += members.count;
      for (const user of members.users) users.add(user);
    }
    return { count, users };
  }
}
