import type { MessageDescriptor } from '../../../src/runtime/shared/descriptor.ts';
import { createChannel, createMessage, createOperation, startChannel } from '../../support/channel.ts';
import type { StartOptions } from '../../support/contract-server.ts';
import { connectClient } from '../../support/websocket.ts';

/** A desk that doubles numbers, with correlation ids in the headers of its messages. */

const id = { type: ['string', 'number'] };

/** Creates a message with an optional correlation id. */
function createCorrelated(name: string, schema: object): MessageDescriptor {
  const headers = { type: 'object', properties: { id }, additionalProperties: false };
  const envelope = { type: 'object', properties: { headers, payload: schema }, required: ['payload'] };
  return createMessage(name, envelope, { correlationId: ['headers', 'id'] });
}

const double = createCorrelated('double', { type: 'number' });

export const doubled = createCorrelated('doubled', { type: 'number' });

export interface Double {
  readonly headers?: { readonly id?: string | number };
  readonly payload: unknown;
}

/** The functions that create the replies, by message. */
type Reply = Readonly<Record<string, (content: unknown) => unknown>>;

export interface RequestContext {
  readonly reply: Reply;
  readonly signal: AbortSignal;
  readonly requestId: string;
}

export async function startDesk(
  handler: (message: Double, context: RequestContext) => unknown,
  replies: readonly MessageDescriptor[] = [doubled],
  options: StartOptions = {},
) {
  const channel = createChannel({
    send: replies,
    receive: [double],
    operations: [
      createOperation('receive', 'calculate', {
        messages: ['double'],
        reply: replies.map(({ name }) => name),
      }),
    ],
  });
  const started = await startChannel(channel, { calculate: handler }, options);
  const client = await connectClient(`${started.url}/desk`);
  const send = (...messages: readonly Double[]) => {
    for (const message of messages) client.webSocket.send(JSON.stringify(message));
  };
  const answers = async (count: number) => (await client.take(count)).map((text) => JSON.parse(text));
  return { ...started, client, send, answers };
}

export const headers = { id: 'a' };
