/** The faults of a history. Only certain faults count. */
export const faultKinds = [
  /** What had to be seen was not. */
  'lost',
  /** One life of a client saw something twice. */
  'duplicated',
  /** Something was seen after what came later. */
  'outOfOrder',
  /** Somebody saw what was not for them, or what predates the subscription. */
  'leaked',
  /** Something was seen that nobody created. */
  'unknown',
  /** The application got a reset without a cause. */
  'needlessReset',
] as const;

export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** The client's name. */
  readonly client: string;
  /** Milliseconds since the run began: when the post was seen or, if it was lost, when it was created. */
  readonly atMs: number;
  readonly detail: string;
}

export interface Verdict {
  readonly passed: boolean;
  /** The number of pairs of a client and a post that it certainly had to see. */
  readonly expected: number;
  /** How many of them were seen; all others are lost. */
  readonly delivered: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  /** The first few faults of each kind. */
  readonly examples: readonly Fault[];
  /** How often posts were seen, including those that were not certain to be seen. */
  readonly seen: number;
  /** How often a later life of a client legally saw a post again. */
  readonly repeated: number;
  /** The number of unseen posts that a reset covers. */
  readonly excused: number;
  /** The number of resets that applications got. */
  readonly resets: number;
}

const maxExamples = 5;

/** Collects what the checker finds. */
export class Findings {
  expected = 0;
  seen = 0;
  repeated = 0;
  excused = 0;
  resets = 0;
  readonly #counts = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  readonly #examples: Fault[] = [];

  fault(kind: FaultKind, client: string, atMs: number, detail: string): void {
    this.#counts[kind] += 1;
    if (this.#counts[kind] <= maxExamples) this.#examples.push({ kind, client, atMs, detail });
  }

  verdict(): Verdict {
    const { expected, seen, repeated, excused, resets } = this;
    return {
      passed: Object.values(this.#counts).every((count) => count === 0),
      expected,
      delivered: expected - this.#counts.lost,
      faults: this.#counts,
      examples: this.#examples,
      seen,
      repeated,
      excused,
      resets,
    };
  }
}
