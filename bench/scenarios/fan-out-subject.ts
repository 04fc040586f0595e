import type { OpenSubject, Subject } from '../harness/scenario.ts';
import { tooManyConnections } from '../load/file-limit.ts';
import type { Phases } from '../load/measure-posts.ts';
import { openFanOut } from '../load/open-fan-out.ts';
import type { Dialect, Peer } from '../peers/peer.ts';

/** The size and duration of the fan-out scenarios. */
export interface Scale {
  /** The maximum number of connections. */
  readonly mostConnections: number;
  /** The phases of a server that is measured once. */
  readonly phases: Phases;
  readonly quickPhases: Phases;
  /**
   * The phases of one of several turns, after the warm-up of `phases`. Its own warm-up is for the processor's
   * caches, and for TCP, which acknowledges each of the first 16 segments immediately after a pause.
   */
  readonly turn: Phases;
  readonly quickTurn: Phases;
}

/** The number of connections of each server when servers take turns. */
export const turns = 5;

export const fullScale: Scale = {
  mostConnections: Infinity,
  phases: { warmUpMs: 1500, cpuSeconds: 1, maxMs: 3500 },
  quickPhases: { warmUpMs: 1000, cpuSeconds: 0.8, maxMs: 2000 },
  turn: { warmUpMs: 150, warmUpPosts: 20, cpuSeconds: 0.4, maxMs: 1200 },
  quickTurn: { warmUpMs: 100, warmUpPosts: 20, cpuSeconds: 0.25, maxMs: 500 },
};

/** Checks that everything works; its numbers mean nothing. */
export const trialScale: Scale = {
  mostConnections: 20,
  phases: { warmUpMs: 50, cpuSeconds: 0.02, maxMs: 300 },
  quickPhases: { warmUpMs: 50, cpuSeconds: 0.02, maxMs: 300 },
  turn: { warmUpMs: 20, cpuSeconds: 0.02, maxMs: 300 },
  quickTurn: { warmUpMs: 20, cpuSeconds: 0.02, maxMs: 300 },
};

export interface FanOutSubject extends Pick<Subject, 'name' | 'title'> {
  readonly peer: Peer;
  readonly connections: number;
  readonly inFlight: number;
  /** The subscribers' dialect, for a peer with several. */
  readonly dialectOf?: (dialect: Dialect) => Dialect;
  readonly acks?: boolean;
}

/** A peer with that many subscribers, who all receive that many posts at a time. */
export function fanOutSubject(options: FanOutSubject, scale: Scale): Subject {
  const { name, title, peer, inFlight, acks = false, dialectOf = (dialect) => dialect } = options;
  const subscribers = Math.min(options.connections, scale.mostConnections);
  return {
    name,
    title,
    async prepare() {
      return tooManyConnections(subscribers) ?? (await peer.prepare());
    },
    connections: subscribers,
    async open({ quick }): Promise<OpenSubject> {
      const server = await peer.start();
      const { warmUpMs } = quick ? scale.quickPhases : scale.phases;
      const dialect = dialectOf(server.dialect);
      try {
        const fanOut = await openFanOut({ server, dialect, subscribers, inFlight, acks, warmUpMs });
        return {
          measure: () => fanOut.measure(quick ? scale.quickTurn : scale.turn),
          close() {
            fanOut.end();
            return server.stop();
          },
        };
      } catch (thrown) {
        await server.stop();
        throw thrown;
      }
    },
  };
}
