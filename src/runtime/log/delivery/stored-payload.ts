import type { DurableOptions } from './durable-options.ts';

type PayloadOptions = Pick<DurableOptions, 'payloadProperty'>;

/** The content of a message, without its cursor, that has this payload in the log. */
export function contentOfPayload(payload: unknown, { payloadProperty }: PayloadOptions): unknown {
  return payloadProperty === undefined ? payload : { [payloadProperty]: payload };
}

/** The payload in the log of a message with this content. */
export function payloadOfContent(content: object, { payloadProperty }: PayloadOptions): unknown {
  return payloadProperty === undefined ? content : Reflect.get(content, payloadProperty);
}
