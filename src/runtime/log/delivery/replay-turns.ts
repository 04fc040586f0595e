/** What gets turns: a replay. */
export interface TurnTaker {
  readonly user: string;
  /** Works until it has nothing to do or has cost about `maxCost`, of which it returns how much it has. */
  takeTurn(maxCost: number): number;
  /** Whether there is more to do at once. */
  readonly hasMore: boolean;
}

export interface ReplayTurnsLimits {
  /** How much of one turn of the event loop replays may take. */
  readonly turnMs: number;
  /** What all replays of one user may cost in one turn: about the bytes that they send. */
  readonly userCost: number;
}

/**
 * Divides each turn of the event loop among the replays of all users, in rotation, so that they delay neither each other
 * nor anything else for long, however many connections of a user come back at the same time.
 */
export class ReplayTurns {
  readonly #limits: ReplayTurnsLimits;
  /** By user, in the order in which they are served, and for each the replays that wait. */
  readonly #waiting = new Map<string, Set<TurnTaker>>();
  readonly #costs = new Map<string, number>();
  #spentMs = 0;
  #isScheduled = false;

  constructor(limits: ReplayTurnsLimits) {
    this.#limits = limits;
  }

  /** Starts at once if this turn has not been used up, and otherwise in one of the next. */
  request(replay: TurnTaker): void {
    if (this.#waiting.has(replay.user) || this.#isSpent(replay.user)) this.#enqueue(replay);
    else this.#run(replay);
  }

  #isSpent(user: string): boolean {
    const { turnMs, userCost } = this.#limits;
    return this.#spentMs >= turnMs || (this.#costs.get(user) ?? 0) >= userCost;
  }

  #run(replay: TurnTaker): void {
    const { user } = replay;
    const spent = this.#costs.get(user) ?? 0;
    const startMs = performance.now();
    const cost = replay.takeTurn(this.#limits.userCost - spent);
    this.#spentMs += performance.now() - startMs;
    this.#costs.set(user, spent + cost);
    this.#schedule();
    if (replay.hasMore) this.#enqueue(replay);
  }

  #enqueue(replay: TurnTaker): void {
    const { user } = replay;
    const replays = this.#waiting.get(user);
    if (replays === undefined) this.#waiting.set(user, new Set([replay]));
    else replays.add(replay);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#nextTurn());
  }

  #nextTurn(): void {
    this.#isScheduled = false;
    this.#spentMs = 0;
    this.#costs.clear();
    let users = this.#waiting.size;
    // A user who is served goes to the end, so that the others are first in the next turn.
    for (const user of this.#waiting.keys()) {
      if (users === 0) break;
      users -= 1;
      while (!this.#isSpent(user)) {
        const replay = this.#dequeue(user);
        if (replay === null) break;
        this.#run(replay);
      }
      if (this.#spentMs >= this.#limits.turnMs) break;
    }
    if (this.#waiting.size > 0) this.#schedule();
  }

  #dequeue(user: string): TurnTaker | null {
    const replays = this.#waiting.get(user);
    const [replay] = replays ?? [];
    if (replays === undefined || replay === undefined) return null;
    replays.delete(replay);
    this.#waiting.delete(user);
    if (replays.size > 0) this.#waiting.set(user, replays);
    return replay;
  }
}
