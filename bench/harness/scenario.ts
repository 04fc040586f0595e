/** One thing that is measured, on several subjects in turn. */
export interface Scenario {
  /** As on the command line and in file names. */
  readonly name: string;
  readonly title: string;
  /** What is done, and what the numbers mean, in a few sentences for a reader of the tables. */
  readonly about: string;
  /** The columns, the one that the plot shows first. */
  readonly metrics: readonly Metric[];
  readonly subjects: readonly Subject[];
  readonly targets: readonly Target[];
  /**
   * How often each subject is measured in a round, all of them taking turns while all are open. Left out where
   * a subject is measured once, and with no other open beside it.
   */
  readonly turns?: number;
}

/** A server in one configuration: what is compared with others of the same scenario. */
export interface Subject {
  /** Unique in its scenario. */
  readonly name: string;
  readonly title: string;
  /** Builds and installs what is kept between runs; resolves with why it cannot run here, or with null. */
  prepare(): Promise<string | null>;
  /** How many connections it has once it is open; with others beside it, all of them count. */
  readonly connections?: number;
  /** Starts a fresh server, and brings it to where it can be measured; leaves nothing behind where that fails. */
  open(options: RunOptions): Promise<OpenSubject>;
}

export interface OpenSubject {
  /** As often as the scenario has turns; without load before and after. */
  measure(): Promise<Sample>;
  /** Ends the server; rejects if it had ended before. */
  close(): Promise<void>;
}

export interface RunOptions {
  /** Shorter and with fewer connections where the result stays comparable within one run. */
  readonly quick: boolean;
}

/** What one turn of one subject gave. */
export interface Sample {
  /** By the names of the scenario's metrics. */
  readonly values: Readonly<Record<string, number>>;
  /** What makes the run void, deliveries that are missing first of all; empty if nothing does. */
  readonly wrong: readonly string[];
}

export interface Metric {
  readonly name: string;
  readonly title: string;
  /** 'µs', 'ms', 'KB', '1/s' … */
  readonly unit: string;
  readonly better: 'lower' | 'higher';
}

/** A bound on the ratio of two subjects of the scenario, or on the median of one alone. */
export interface Target {
  readonly metric: string;
  readonly subject: string;
  /** Left out where the bound is absolute. */
  readonly against?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}
