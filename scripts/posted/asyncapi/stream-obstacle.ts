import type { ChannelModel } from './contract-model.ts';

/**
 * Why a channel cannot be read as server-sent events; null if it can. The runtime follows `canStream` in
 * server-sent-events.ts, and streams durable channels only.
 */
export function streamObstacle({ delivery, resume, send, receive }: ChannelModel): string | null {
  if (delivery === null || resume === null) return 'its messages are not durable';
  const sent = receive.find((message) => message.name !== resume.ack);
  if (sent !== undefined) return `clients send ${sent.name}`;
  const other = send.find(({ encoding }) => encoding !== 'json');
  return other === undefined ? null : `${other.name} is not JSON`;
}
