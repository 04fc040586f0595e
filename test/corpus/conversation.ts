import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import type { ChannelModel, OperationModel } from '../../scripts/posted/asyncapi/contract-model.ts';
import type { Connection } from '../../src/runtime/server/index.ts';
import type { ClientOptions, CorpusClient } from './clients.ts';
import { schemesToSend } from './credentials.ts';
import type { CorpusDocument } from './document.ts';
import { eventually } from './eventually.ts';
import { examplesOf } from './examples.ts';
import type { GenericServer } from './generic-server.ts';

interface Conversation {
  readonly document: CorpusDocument;
  readonly channel: ChannelModel;
  readonly server: GenericServer;
  readonly open: (options: ClientOptions) => Promise<CorpusClient>;
  /** How long to wait for a message. Default: 20 seconds, for busy machines. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Exchanges all examples of a channel, over every server of the contract and with every sufficient security scheme.
 * Resolves with the number of exchanged messages.
 */
export async function converse(conversation: Conversation): Promise<number> {
  const { document, channel, server, open, timeoutMs } = conversation;
  let exchanged = 0;
  for (const target of channel.servers.length === 0 ? [undefined] : channel.servers) {
    for (const schemes of schemesToSend(channel)) {
      const client = await open({ document, channel, port: server.port, server: target, schemes });
      try {
        for (const operation of channel.operations) {
          exchanged += await exchangeMessages(operation, client, conversation);
        }
      } finally {
        await client.close();
      }
      await eventually(() => server.connections(channel.name), [], timeoutMs);
    }
  }
  return exchanged;
}

async function exchangeMessages(
  operation: OperationModel,
  client: CorpusClient,
  { channel, server, timeoutMs }: Conversation,
): Promise<number> {
  const { action, messages, reply } = operation;
  let exchanged = 0;
  await eventually(() => server.connections(channel.name).length, 1, timeoutMs);
  const [connection] = server.connections(channel.name) as [Connection];
  for (const { message } of messages) {
    for (const value of examplesOf(message)) {
      exchanged += 1;
      const [sentBefore, receivedBefore] = [client.received.length, server.received.length];
      if (action === 'send' && reply === null) {
        strictEqual(server.publish(connection, message, value), 1);
        await eventually(() => client.received.slice(sentBefore), [value], timeoutMs);
      } else if (action === 'send') {
        const replyValue = await server.request(connection, operation, message, value);
        deepStrictEqual(replyValue, examplesOf(reply?.[0] as never)[0]);
      } else {
        const replied = client.send(operation, message, value);
        const union = channel.unions.receive.find(({ members }) => members.includes(message.name));
        const expected = [{ message: union?.message.name ?? message.name, value }];
        await eventually(() => server.received.slice(receivedBefore), expected, timeoutMs);
        const [answer] = reply ?? [];
        if (answer !== undefined) deepStrictEqual(payloadOf(await replied), examplesOf(answer)[0]);
      }
    }
  }
  return exchanged;
}

/** The generated client returns one of several possible replies together with its name. */
function payloadOf(reply: unknown): unknown {
  const isNamed = typeof reply === 'object' && reply !== null && 'message' in reply && 'payload' in reply;
  return isNamed ? reply.payload : reply;
}
