import type { Connection } from '../../server/handlers.ts';
import type { Position } from '../cursor.ts';
import type { ResetReason } from '../tail-listener.ts';
import type { DeliveryPolicy } from './delivery-policy.ts';
import type { SubscriberFrames } from './subscriber-frames.ts';
import type { SubscriberSource } from './subscriber-source.ts';
import type { Visibility } from './visibility.ts';

export interface SubscriberStart {
  /** Everything after it is sent. */
  readonly position: Position;
  /** Why the client cannot resume after its cursor; null if it can. */
  readonly reset: ResetReason | null;
  /** Whether the client resumes after a cursor. */
  readonly resumed: boolean;
}

export interface SubscriberOptions {
  readonly user: string;
  readonly connection: SubscriberConnection;
  readonly visibility: Visibility;
  readonly frames: SubscriberFrames;
  readonly source: SubscriberSource;
  readonly policy: DeliveryPolicy;
  /** The window that the client has stated. 'none': it cannot acknowledge, and only its socket bounds what it is sent. */
  readonly window: number | 'none' | undefined;
}

export type SubscriberConnection = Pick<
  Connection,
  'sendEncoded' | 'close' | 'bufferedBytes' | 'buffersLessThan'
>;
