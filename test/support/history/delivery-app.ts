import type { CursorStore } from '../../../src/runtime/client/node.ts';
import type { MembershipChange } from './delivery-history.ts';
import type { DeliveryRecorder, ReaderIdentity } from './delivery-recorder.ts';
import type { DeliverySchedule, Membership, PlannedReader } from './delivery-schedule.ts';
import type { Latencies } from './latencies.ts';
import type { Random } from './random.ts';
import type { Rest, RestRequest } from './rest.ts';
import type { ScheduleOptions } from './run-options.ts';
import type { Program } from './server-under-test.ts';

/** An application with durable messages: how a run starts it, writes to it and subscribes to it. */
export interface DeliveryApp<Reader extends PlannedReader> {
  readonly program: Program;
  plan(options: ScheduleOptions): DeliverySchedule<Reader>;
  /** `folder` is removed after the run. */
  prepare(schedule: DeliverySchedule<Reader>, folder: string): Promise<PreparedApp<Reader>>;
}

export interface PreparedApp<Reader extends PlannedReader> {
  /** The environment of the servers. */
  readonly env: Readonly<Record<string, string>>;
  /** Called when the servers accept connections. */
  open(rest: Rest): Promise<OpenApp<Reader>>;
}

export interface OpenApp<Reader extends PlannedReader> {
  /**
   * The id of a message, unique in the run.
   *
   * @param message its name in the contract
   * @param channel the name of its channel, with the path of the room if the channel has rooms
   */
  readonly identify: (message: string, payload: object, channel: string) => string;
  reader(name: string, plan: Reader): AppReader;
  createWriter(index: number, deps: WriterDeps): Writer;
  /** How a membership of the schedule is changed, and what the log calls it. */
  membershipRequest(
    kind: MembershipChange['kind'],
    membership: Membership,
  ): Membership & { readonly request: RestRequest };
}

export interface AppReader {
  readonly identity: ReaderIdentity;
  connect(options: ConnectOptions, receive: Receive): SubscribedClient;
  /** Only for readers with `snapshot` cursors. Null once the run has ended. */
  loadSnapshot?(): Promise<Snapshot | null>;
}

/** The options that are the same for the clients of any channel. */
export interface ConnectOptions {
  readonly url: string;
  readonly query: { readonly since?: string; readonly device?: string };
  readonly resume: boolean;
  readonly cursor: CursorStore;
  readonly reconnect: { readonly baseMs: number; readonly maxMs: number };
  readonly onReset: (reset: { readonly reason: 'expired' | 'epoch' | 'future' }) => Promise<void>;
  readonly onError: (error: { readonly code: string; readonly message: string }) => void;
}

/** The handler of all durable messages. */
export type Receive = (message: string, payload: object, cursor: string | undefined) => Promise<void>;

export interface SubscribedClient {
  readonly closed: Promise<unknown>;
  close(): void;
}

export interface Snapshot {
  /** The ids of the messages that it contains. */
  readonly ids: readonly string[];
  readonly cursor: string;
}

/** Writes messages one after another, and records them. Methods resolve once a write is answered, or the run has ended. */
export interface Writer {
  /** Writes something of every kind that readers subscribe to. */
  welcome(): Promise<void>;
  write(): Promise<void>;
  close(): Promise<void>;
}

export interface WriterDeps {
  /** A port for connections over WebSocket. */
  readonly port: number;
  /** The index of the server that the last of these connections has reached. */
  readonly server: () => number;
  /** Answers get lost. */
  readonly rest: Rest;
  readonly recorder: DeliveryRecorder;
  readonly latencies: Latencies;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly onProblem: (problem: string) => void;
}
