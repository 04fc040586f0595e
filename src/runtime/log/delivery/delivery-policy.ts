import type { DeliveryDescriptor } from '../../shared/descriptor.ts';

/** How the durable messages of a channel are delivered to its resumable connections. */
export interface DeliveryPolicy {
  /** The maximum number of unacknowledged messages of a connection, of which its client may choose fewer. */
  readonly window: number;
  /**
   * Whether a live connection whose window or socket is full lags, which means that it is sent nothing until it has
   * room, or is closed.
   */
  readonly slowReader: 'lag' | 'close';
  /** How long messages may stay unacknowledged, without an ack for any of them, before their connection is closed. */
  readonly ackTimeoutMs: number;
  /** How long a live connection may be quiet before it is sent a checkpoint. */
  readonly checkpointMs: number;
  /** How long the connection of a client that has stated its window is silent at most. */
  readonly heartbeatMs: number;
}

const defaults: DeliveryPolicy = {
  window: 256,
  slowReader: 'lag',
  ackTimeoutMs: 30_000,
  checkpointMs: 30_000,
  heartbeatMs: 15_000,
};

/** The contract decides, then the server's options, then the defaults. */
export function resolvePolicy(
  contract: Partial<Pick<DeliveryDescriptor, keyof DeliveryPolicy>>,
  options: Partial<DeliveryPolicy> = {},
): DeliveryPolicy {
  const pick = <Name extends keyof DeliveryPolicy>(name: Name): DeliveryPolicy[Name] =>
    (contract[name] as DeliveryPolicy[Name] | undefined) ?? options[name] ?? defaults[name];
  return {
    window: pick('window'),
    slowReader: pick('slowReader'),
    ackTimeoutMs: pick('ackTimeoutMs'),
    checkpointMs: pick('checkpointMs'),
    heartbeatMs: pick('heartbeatMs'),
  };
}
