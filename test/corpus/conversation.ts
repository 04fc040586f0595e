import { expect } from 'vitest';
import type { ChannelModel } from '../../scripts/posted/asyncapi/contract-model.ts';
import { soon } from '../runtime/client/soon.ts';
import { schemesToSend } from './credentials.ts';
import type { CorpusDocument } from './document.ts';
import { examplesOf } from './examples.ts';
import type { GenericServer } from './generic-server.ts';
import type { Speaker, SpeakerOptions } from './speakers.ts';

interface Conversation {
  readonly document: CorpusDocument;
  readonly channel: ChannelModel;
  readonly server: GenericServer;
  readonly open: (options: SpeakerOptions) => Promise<Speaker>;
}

/** Over every server of the contract, with every scheme that suffices. Resolves with how many messages were spoken. */
export async function speak({ document, channel, server, open }: Conversation): Promise<number> {
  let spoken = 0;
  for (const place of channel.servers.length === 0 ? [undefined] : channel.servers) {
    for (const schemes of schemesToSend(channel)) {
      const speaker = await open({ document, channel, port: server.port, server: place, schemes });
      for (const operation of channel.operations) {
        spoken += await speakOperation(operation, channel, server, speaker);
      }
      await speaker.close();
      await expect.poll(() => server.connections.get(channel.name), soon).toEqual([]);
    }
  }
  return spoken;
}

async function speakOperation(
  { name, action, messages, reply }: ChannelModel['operations'][number],
  channel: ChannelModel,
  server: GenericServer,
  speaker: Speaker,
): Promise<number> {
  let spoken = 0;
  const open = server.connections.get(channel.name) ?? [];
  await expect.poll(() => open, soon).toHaveLength(1);
  for (const { message } of messages) {
    for (const value of examplesOf(message)) {
      spoken += 1;
      const [heardBefore, receivedBefore] = [speaker.heard.length, server.received.length];
      if (action === 'send' && reply === null) {
        expect(server.publisher(name, message.name)(value, open)).toBe(1);
        await expect.poll(() => speaker.heard.slice(heardBefore), soon).toEqual([value]);
      } else if (action === 'send') {
        const answer = await server.requester(name, message.name)(structuredClone(value), open[0] as never);
        expect(reply).toHaveLength(1);
        expect(answer).toEqual(examplesOf(reply?.[0] as never)[0]);
      } else {
        const answered = reply === null ? speaker.send(message, value) : speaker.ask(name, message, value);
        await expect
          .poll(() => server.received.slice(receivedBefore), soon)
          .toEqual([{ message: message.name, value }]);
        const [answer] = reply ?? [];
        if (answer !== undefined) expect(payloadOf(await answered)).toEqual(examplesOf(answer)[0]);
      }
    }
  }
  return spoken;
}

/** One of several replies comes with its name, from clients that know the contract. */
function payloadOf(answer: unknown): unknown {
  const isNamed = typeof answer === 'object' && answer !== null && 'message' in answer && 'payload' in answer;
  return isNamed ? answer.payload : answer;
}
