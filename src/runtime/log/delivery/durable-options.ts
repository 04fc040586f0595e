import type { Audience } from '../topics/topics.ts';
import type { DeliveryPolicy } from './delivery-policy.ts';

/** How a server delivers durable messages. What the contract says in `x-delivery` comes first. */
export interface DurableOptions extends Partial<DeliveryPolicy> {
  /** The audience of all connections to channels that let each choose; 'everyone' lets them. Default: 'everyone'. */
  readonly audience?: Audience;
  /** The time over which clients return when this server stops, or can no longer follow the log. Default: 10,000. */
  readonly byeSpreadMs?: number;
  /** The property of a message whose value is its payload in the log. Default: the payload is the whole content. */
  readonly payloadProperty?: string;
}

export const defaultByeSpreadMs = 10_000;
