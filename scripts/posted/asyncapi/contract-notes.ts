import type { ChannelModel } from './contract-model.ts';
import type { LoadedAsyncapi } from './load-asyncapi.ts';

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

/** The rule of the runtime is `canStream` in server-sent-events.ts. */
function noteMissingStreams({ name, delivery, resume, send, receive }: ChannelModel): readonly string[] {
  if (delivery === null || resume === null) return [];
  const sent = receive.find((message) => message.name !== resume.ack);
  const other = send.find(({ encoding }) => encoding !== 'json');
  if (sent === undefined && other === undefined) return [];
  const why = sent === undefined ? `${other?.name} is not JSON` : `clients send ${sent.name}`;
  return [`channel ${name} cannot be read as server-sent events: ${why}. It is WebSocket only.`];
}
