import type { ChannelDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import { type Limit, type LimitsByName, limitsOf } from '../../shared/limits/limit.ts';
import {
  type CountedLimit,
  countLimits,
  createLimitCheck,
  type LimitCheck,
  type Limiter,
} from '../../shared/limits/limiter.ts';

export interface MessageLimitsDeps {
  /** By operation: instead of those of the contract. */
  readonly limits: LimitsByName;
  readonly limiter: Limiter;
}

/** Returns the check for a message of an operation, or undefined if nothing limits it. */
export type LimitsOfMessage = (operation: OperationDescriptor, message: string) => LimitCheck | undefined;

/**
 * Returns the limits of what a channel's clients send. Those of the channel count all messages together, and those of an
 * operation all of its messages. Acks are not counted for the channel: how many there are is up to the server.
 */
export function createMessageLimits(
  channel: ChannelDescriptor,
  { limits, limiter }: MessageLimitsDeps,
): LimitsOfMessage {
  const count = (subject: string, own: readonly Limit[] | undefined): readonly CountedLimit[] =>
    countLimits(`${channel.name} ${subject}`, own ?? [], limiter);
  const ofChannel = count('channel', channel.limits);
  const ofOperation = new Map(
    channel.operations.map(({ name, limits: own }) => [
      name,
      count(`operation ${name}`, limitsOf(name, own, limits)),
    ]),
  );
  const ofMessage = new Map(
    channel.receive.map(({ name, limits: own }) => [name, count(`message ${name}`, own)]),
  );
  return (operation, message) =>
    createLimitCheck(
      [
        ...(ofMessage.get(message) ?? []),
        ...(ofOperation.get(operation.name) ?? []),
        ...(message === channel.resume?.ack ? [] : ofChannel),
      ],
      limiter,
    );
}
