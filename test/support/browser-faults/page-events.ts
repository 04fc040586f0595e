import type { ClientStatus } from '../../../src/runtime/client/index.ts';

/** What a page is told in its address. */
export interface PageSettings {
  readonly url: string;
  readonly token: string;
  /** The publisher whose messages count. */
  readonly publisher: string;
  /** The name of its cursor in localStorage. */
  readonly cursor: string;
  /** Null: the defaults. */
  readonly reconnect: { readonly baseMs: number; readonly maxMs: number } | null;
  readonly webSocketRetryMs: number;
}

/** What a page reports. */
export type PageEvent =
  | { readonly kind: 'status'; readonly state: ClientStatus['state'] }
  | { readonly kind: 'message'; readonly number: number }
  | { readonly kind: 'problem'; readonly text: string }
  | { readonly kind: 'shown'; readonly persisted: boolean }
  | { readonly kind: 'frozen' };

/** With its number, and the time by the clock of the machine, which the page shares with the publisher. */
export type TimedPageEvent = PageEvent & { readonly index: number; readonly atMs: number };
