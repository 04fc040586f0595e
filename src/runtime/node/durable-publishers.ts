import { type DeliveredChannel, durableMembers } from '../log/delivery/durable-channel.ts';
import type { DurableOptions } from '../log/delivery/durable-options.ts';
import { payloadOfContent } from '../log/delivery/stored-payload.ts';
import type { IdempotencyKey, OpenLog } from '../log/index.ts';
import { createNamedFunctions } from '../server/messages/named-functions.ts';
import { appendMessage } from './append-message.ts';

/** For each durable message of a channel: a function that appends it to the log. It resolves once the message is on disk. */
export type DurablePublishers<Contents> = {
  /** @throws InvalidMessageError if the message breaks the contract; PostedError as the functions of the log do */
  readonly [Name in keyof Contents]: (
    content: Contents[Name],
    options: DurablePublishOptions,
  ) => Promise<{ readonly seq: number }>;
};

export interface DurablePublishOptions {
  /** Whose message it is: with the audience `topic`, the users who have joined it get the message. */
  readonly topic: string;
  /** Other users who get it. */
  readonly also?: readonly string[];
  /** The id of the thing that it describes, by which it can be revised and redacted. */
  readonly entity?: string;
  /** A message whose key was used before is not appended again: the first one counts. */
  readonly key?: IdempotencyKey;
}

export interface DurablePublishersDeps {
  readonly descriptor: DeliveredChannel;
  readonly eventLog: Pick<OpenLog, 'append' | 'appendOnce'>;
  /** The functions that encode the channel's messages, which check them. */
  readonly encode: Readonly<Record<string, (content: object) => unknown>>;
  readonly options: Pick<DurableOptions, 'payloadProperty'>;
}

/** Returns a function that creates the publishers for one channel in the log. */
export function createDurablePublishers({
  descriptor,
  eventLog,
  encode,
  options: delivered,
}: DurablePublishersDeps): (logChannel: string) => object {
  async function publish(
    channel: string,
    message: string,
    content: object,
    { topic, also, entity, key }: DurablePublishOptions,
  ): Promise<{ readonly seq: number }> {
    const payload = payloadOfContent(content, delivered);
    return { seq: await appendMessage(eventLog, { channel, message, topic, also, entity, payload }, key) };
  }

  return createNamedFunctions<string>({
    functions: [...durableMembers(descriptor)].map(([name, member]) => [
      name,
      async (channel, content, options) => {
        encode[member]?.(content as object);
        return await publish(channel, name, content as object, options as DurablePublishOptions);
      },
    ]),
  });
}
