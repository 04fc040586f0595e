import { expect } from 'vitest';
import type { ChannelModel, OperationModel } from '../../scripts/posted/asyncapi/contract-model.ts';
import type { Connection } from '../../src/runtime/server/index.ts';
import { soon } from '../runtime/client/soon.ts';
import type { ClientOptions, CorpusClient } from './clients.ts';
import { schemesToSend } from './credentials.ts';
import type { CorpusDocument } from './document.ts';
import { examplesOf } from './examples.ts';
import type { GenericServer } from './generic-server.ts';

interface Conversation {
  readonly document: CorpusDocument;
  readonly channel: ChannelModel;
  readonly server: GenericServer;
  readonly open: (options: ClientOptions) => Promise<CorpusClient>;
}

/**
 * Exchanges all examples of a channel, over every server of the contract and with every sufficient security scheme.
 * Resolves with the number of exchanged messages.
 */
export async function converse({ document, channel, server, open }: Conversation): Promise<number> {
  let exchanged = 0;
  for (const target of channel.servers.length === 0 ? [undefined] : channel.servers) {
    for (const schemes of schemesToSend(channel)) {
      const client = await open({ document, channel, port: server.port, server: target, schemes });
      for (const operation of channel.operations) {
        exchanged += await exchangeMessages(operation, channel, server, client);
      }
      await client.close();
      await expect.poll(() => server.connections(channel.name), soon).toEqual([]);
    }
  }
  return exchanged;
}

async function exchangeMessages(
  operation: OperationModel,
  channel: ChannelModel,
  server: GenericServer,
  client: CorpusClient,
): Promise<number> {
  const { action, messages, reply } = operation;
  let exchanged = 0;
  await expect.poll(() => server.connections(channel.name), soon).toHaveLength(1);
  const [connection] = server.connections(channel.name) as [Connection];
  for (const { message } of messages) {
    for (const value of examplesOf(message)) {
      exchanged += 1;
      const [sentBefore, receivedBefore] = [client.received.length, server.received.length];
      if (action === 'send' && reply === null) {
        expect(server.publish(connection, message, value)).toBe(1);
        await expect.poll(() => client.received.slice(sentBefore), soon).toEqual([value]);
      } else if (action === 'send') {
        const replyValue = await server.request(connection, operation, message, value);
        expect(replyValue).toEqual(examplesOf(reply?.[0] as never)[0]);
      } else {
        const replied = client.send(operation, message, value);
        await expect
          .poll(() => server.received.slice(receivedBefore), soon)
          .toEqual([{ message: message.name, value }]);
        const [expected] = reply ?? [];
        if (expected !== undefined) expect(payloadOf(await replied)).toEqual(examplesOf(expected)[0]);
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
