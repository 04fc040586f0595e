/** What tabs with one connection tell each other over their BroadcastChannels. */
import type { Ending, Frame } from '../platform.ts';
import type { LogEntry, LogSnapshot } from './frame-log.ts';

/** From a tab to the leader, which has the connection. */
export type ToLeader = { readonly tab: string } & (
  | {
      readonly kind: 'join';
      /** Where the tab continues: `now`, `acked`, or a cursor. */
      readonly since: string;
      /** A hash of the credentials, which never leave their tab. */
      readonly credential: string;
    }
  /** The application of the tab has processed everything up to the cursor. */
  | { readonly kind: 'ack'; readonly cursor: string }
  | { readonly kind: 'send'; readonly frame: Frame }
  /** The tab has a connection of its own. */
  | { readonly kind: 'alone' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'ping' }
);

/** From the leader to all tabs, or only to one. */
export type FromLeader = { readonly leader: string; readonly to?: string } & (
  | { readonly kind: 'leading' }
  | {
      readonly kind: 'attached';
      readonly log: LogSnapshot;
      /** The number of entries that the tab has received already. */
      readonly skip: number;
      /** The server's `ready`, as if the connection had been opened for this tab. */
      readonly ready: Readonly<Record<string, unknown>>;
    }
  /** The tab needs a connection of its own, from this cursor on. */
  | { readonly kind: 'alone'; readonly since: string }
  | { readonly kind: 'entry'; readonly entry: LogEntry }
  | { readonly kind: 'frame'; readonly frame: Frame }
  /** The connection has taken a frame of the tab. */
  | { readonly kind: 'sent'; readonly length: number }
  | { readonly kind: 'pong' }
  | { readonly kind: 'ended'; readonly ending: Ending }
  /** Another tab must lead. */
  | { readonly kind: 'gone' }
);

/** `Omit` for each member of a union. */
export type Without<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

/** The channel on which tabs listen to their leader. */
export const tabsChannel = (group: string): string => `${group}.tabs`;

/** The channel on which the leader listens to its tabs. */
export const leaderChannel = (group: string): string => `${group}.leader`;

/** The Web Lock that a tab holds as long as it lives. */
export const tabLock = (group: string, tab: string): string => `${group}.tab.${tab}`;
