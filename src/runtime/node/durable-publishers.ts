import type { DeliveredChannel } from '../log/delivery/durable-channel.ts';
import type { EventDraft, IdempotencyKey, OpenLog } from '../log/index.ts';
import { createNamedFunctions } from '../server/messages/named-functions.ts';

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
  readonly payloadProperty: string | undefined;
}

/** Returns a function that creates the publishers for one channel in the log. */
export function createDurablePublishers({
  descriptor: { delivery, send },
  eventLog,
  encode,
  payloadProperty,
}: DurablePublishersDeps): (logChannel: string) => object {
  async function publish(
    channel: string,
    message: string,
    content: object,
    { topic, also, entity, key }: DurablePublishOptions,
  ): Promise<{ readonly seq: number }> {
    const event: EventDraft = {
      channel,
      message,
      topic,
      payload: payloadProperty === undefined ? content : Reflect.get(content, payloadProperty),
      ...(also === undefined ? {} : { also }),
      ...(entity === undefined ? {} : { entity }),
    };
    if (key !== undefined) return { seq: await eventLog.appendOnce(event, key) };
    const [appended] = await eventLog.append([event]);
    if (appended === undefined) throw new Error('the log has not appended the event');
    return { seq: appended.seq };
  }

  return createNamedFunctions<string>({
    functions: send
      .filter(({ name }) => delivery.messages.includes(name))
      .map(({ name, member = name }) => [
        name,
        async (channel, content, options) => {
          encode[member]?.(content as object);
          return await publish(channel, name, content as object, options as DurablePublishOptions);
        },
      ]),
  });
}
