/** What can be wrong with a history. Only what is certain counts. */
export const faultKinds = [
  /** It was to be seen, and was not. */
  'lost',
  /** One life of a client saw it again. */
  'duplicated',
  /** It was seen after a later post of its author. */
  'outOfOrder',
  /** It was seen by one who was no friend when it could have been sent, or from before the subscription. */
  'leaked',
  /** It was seen, and nobody has posted it so. */
  'unknown',
  /** The application was told to reload without a cause. */
  'needlessReset',
] as const;

export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** The client's name. */
  readonly client: string;
  /** When, in milliseconds since the run began: of the sight or, where nothing was seen, of the posting. */
  readonly atMs: number;
  readonly detail: string;
}

export interface Verdict {
  readonly isRight: boolean;
  /** Pairs of a client and a post that it certainly had to see. */
  readonly expected: number;
  /** Those of them that it saw; all others are lost. */
  readonly delivered: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  /** The first of each kind. */
  readonly examples: readonly Fault[];
  /** All sights of posts, those included that nobody could be certain of. */
  readonly seen: number;
  /** Seen again in a later life of a client which could not know of the first time. */
  readonly repeated: number;
  /** Posts that were not seen, and that a reset had told of. */
  readonly excused: number;
  /** Resets that the applications were told of. */
  readonly resets: number;
}

const maxExamples = 5;

/** Counts what the checker comes upon. */
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
      isRight: Object.values(this.#counts).every((count) => count === 0),
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
