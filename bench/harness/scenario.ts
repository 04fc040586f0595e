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
}

/** A server in one configuration: what is compared with others of the same scenario. */
export interface Subject {
  /** Unique in its scenario. */
  readonly name: string;
  readonly title: string;
  /** Builds and installs what is kept between runs; resolves with why it cannot run here, or with null. */
  prepare(): Promise<string | null>;
  /** Starts a fresh server, measures it once, and leaves nothing behind. */
  run(options: RunOptions): Promise<Sample>;
}

export interface RunOptions {
  /** Shorter and with fewer connections where the result stays comparable within one run. */
  readonly quick: boolean;
}

/** What one run of one subject gave. */
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

/** A bound on the ratio of the medians of two subjects of the scenario, or on one median alone. */
export interface Target {
  readonly metric: string;
  readonly subject: string;
  /** Left out where the bound is absolute. */
  readonly against?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}
