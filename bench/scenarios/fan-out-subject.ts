import type { Sample, Subject } from '../harness/scenario.ts';
import { tooManyConnections } from '../load/file-limit.ts';
import { measureFanOut } from '../load/measure-fan-out.ts';
import type { Phases } from '../load/measure-posts.ts';
import type { Dialect, Peer } from '../peers/peer.ts';

/** How large and how long the fan-out scenarios are. */
export interface Scale {
  /** More connections are never opened. */
  readonly mostConnections: number;
  readonly phases: Phases;
  readonly quickPhases: Phases;
}

export const fullScale: Scale = {
  mostConnections: Infinity,
  phases: { warmUpMs: 1500, cpuSeconds: 1, maxMs: 3500 },
  quickPhases: { warmUpMs: 1000, cpuSeconds: 0.8, maxMs: 2000 },
};

/** Tries that everything works; its numbers mean nothing. */
export const trialScale: Scale = {
  mostConnections: 20,
  phases: { warmUpMs: 50, cpuSeconds: 0.02, maxMs: 300 },
  quickPhases: { warmUpMs: 50, cpuSeconds: 0.02, maxMs: 300 },
};

export interface FanOutSubject extends Pick<Subject, 'name' | 'title'> {
  readonly peer: Peer;
  readonly connections: number;
  readonly inFlight: number;
  /** For a peer that speaks more than one: what subscribers are to speak. */
  readonly dialectOf?: (dialect: Dialect) => Dialect;
  readonly acks?: boolean;
}

/** A peer with that many subscribers, who all get that many posts at a time. */
export function fanOutSubject(options: FanOutSubject, scale: Scale): Subject {
  const { name, title, peer, inFlight, acks = false, dialectOf = (dialect) => dialect } = options;
  const subscribers = Math.min(options.connections, scale.mostConnections);
  return {
    name,
    title,
    async prepare() {
      return tooManyConnections(subscribers) ?? (await peer.prepare());
    },
    async run({ quick }): Promise<Sample> {
      const server = await peer.start();
      const phases = quick ? scale.quickPhases : scale.phases;
      const dialect = dialectOf(server.dialect);
      try {
        return await measureFanOut({ server, dialect, subscribers, inFlight, acks, ...phases });
      } finally {
        await server.stop();
      }
    },
  };
}
