import type { ServerUnderTest } from '../history/server-under-test.ts';
import type { BrowserProcess } from './browser-process.ts';
import type { FaultyNetwork } from './faulty-network.ts';
import type { NumberedPublisher } from './numbered-publisher.ts';
import type { PageSettings } from './page-events.ts';
import type { Tab } from './tab.ts';

/** How long things take in a run of faults. */
export interface FaultTimings extends Pick<PageSettings, 'reconnect' | 'webSocketRetryMs'> {
  readonly heartbeatMs: number;
  /** How long the network is down. */
  readonly outageMs: number;
  /** How long a page is suspended: longer than a client waits for a heartbeat. */
  readonly suspensionMs: number;
  /** How many messages are replayed. */
  readonly replayed: number;
  /** The pause between two messages. */
  readonly publishEveryMs: number;
}

export interface FaultContext {
  readonly tabs: readonly [Tab, ...Tab[]];
  readonly network: FaultyNetwork;
  readonly browser: Pick<BrowserProcess, 'sleep' | 'wake'>;
  readonly server: Pick<ServerUnderTest, 'restart'>;
  readonly publisher: Pick<NumberedPublisher, 'burst'>;
  /** Of a page without a client. */
  readonly otherUrl: string;
  readonly timings: FaultTimings;
  /** Rejects with what did not happen. */
  readonly until: (what: string, holds: () => boolean) => Promise<void>;
}

/** When a fault began and ended. One that never ends only concerns connections that are open then. */
export interface FaultPeriod {
  readonly startMs: number;
  readonly endMs: number;
}

/** A row of the table. */
export interface Fault {
  readonly name: string;
  /** How it is caused. */
  readonly how: (timings: FaultTimings) => string;
  readonly tabs?: number;
  /** Causes it while messages are published, and ends it. */
  cause(context: FaultContext): Promise<FaultPeriod>;
}
