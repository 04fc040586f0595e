/** A measurement of several subjects in turn. */
export interface Scenario {
  /** The name on the command line and in file names. */
  readonly name: string;
  readonly title: string;
  /** Explains the measurement and its numbers to readers of the tables, in a few sentences. */
  readonly about: string;
  /** The columns; the plot shows the first. */
  readonly metrics: readonly Metric[];
  readonly subjects: readonly Subject[];
  readonly targets: readonly Target[];
  /**
   * How often each subject is measured per round, all of them taking turns while all are open. Undefined if a
   * subject is measured once, with no other one open.
   */
  readonly turns?: number;
  /** Whether it is measured only when it is named. Default: false. */
  readonly byName?: boolean;
}

/** A server in one configuration, which is compared with others of the same scenario. */
export interface Subject {
  /** Unique in the scenario. */
  readonly name: string;
  readonly title: string;
  /** Builds and installs what is kept between runs. Resolves with the reason if it cannot run here, otherwise with null. */
  prepare(): Promise<string | null>;
  /** The number of its connections while it is open, which counts toward the limit. */
  readonly connections?: number;
  /** Starts a new server and prepares it for measurement. Cleans up if that fails. */
  open(options: RunOptions): Promise<OpenSubject>;
}

export interface OpenSubject {
  /** Called once per turn, without load before and after. */
  measure(): Promise<Sample>;
  /** Stops the server. Rejects if it had exited before. */
  close(): Promise<void>;
}

export interface RunOptions {
  /** Shorter and with fewer connections, where results stay comparable within the run. */
  readonly quick: boolean;
}

/** The result of one turn of a subject. */
export interface Sample {
  /** By metric of the scenario. */
  readonly values: Readonly<Record<string, number>>;
  /** The faults that make the run void, such as missing deliveries; empty if there are none. */
  readonly wrong: readonly string[];
}

export interface Metric {
  readonly name: string;
  readonly title: string;
  /** 'µs', 'ms', 'KB', '1/s' … */
  readonly unit: string;
  readonly better: 'lower' | 'higher';
}

/** A bound on the ratio of two subjects of the scenario, or on the median of one. */
export interface Target {
  readonly metric: string;
  readonly subject: string;
  /** Undefined if the bound is absolute. */
  readonly against?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}
