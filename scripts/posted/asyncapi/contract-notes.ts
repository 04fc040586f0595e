import type { ChannelModel } from './contract-model.ts';
import type { LoadedAsyncapi } from './load-asyncapi.ts';
import { streamObstacle } from './stream-obstacle.ts';

/** The number of names that a note lists. */
const maxNoted = 3;

/** What the author of a valid contract should know about its clients. */
export async function contractNotes({ model, schemas }: LoadedAsyncapi): Promise<readonly string[]> {
  // Imported on demand, with the parsers that have read the contract.
  const { closedMessages } = await import('./received-messages.ts');
  return [
    ...noteClosedMessages(closedMessages(model, schemas)),
    ...model.channels.flatMap(noteMissingAuth),
    ...model.channels.flatMap(noteMissingStreams),
  ];
}

function noteClosedMessages(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const listed = names.slice(0, maxNoted).join(', ');
  const more = names.length > maxNoted ? ` and ${names.length - maxNoted} more` : '';
  return [
    `${listed}${more} ${names.length === 1 ? 'is' : 'are'} closed (additionalProperties: false): ` +
      "other generators' clients may reject fields that you add later.",
  ];
}

function noteMissingAuth({ name, authObstacle }: ChannelModel): readonly string[] {
  if (authObstacle === null) return [];
  return [
    `clients of channel ${name} cannot renew their credentials with \`auth\`: ${authObstacle}. ` +
      'They connect again when their credentials expire; `x-auth: false` in the channel accepts that.',
  ];
}

function noteMissingStreams(channel: ChannelModel): readonly string[] {
  const why = streamObstacle(channel);
  if (channel.delivery === null || why === null) return [];
  return [`channel ${channel.name} cannot be read as server-sent events: ${why}. It is WebSocket only.`];
}
