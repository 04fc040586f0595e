import type { ChannelDescriptor } from './descriptor.ts';

/** The media type of server-sent events (HTML Living Standard, section 9.2). */
export const eventStreamType = 'text/event-stream';

/** The media type of acknowledgements, which sets them apart from whatever else may be posted to the address of a channel. */
export const ackType = 'application/vnd.posted.ack+json';

/** The type of the last event of a stream, whose data is the code and the reason of a close frame. */
export const closeEvent = 'close';

/** Null if the data is not that of a close event. */
export function decodeCloseEvent(data: string): { readonly code: number; readonly reason: string } | null {
  try {
    const { code, reason } = JSON.parse(data) as { readonly code?: unknown; readonly reason?: unknown };
    return typeof code === 'number' && typeof reason === 'string' ? { code, reason } : null;
  } catch {
    return null;
  }
}

/**
 * Whether a channel can be read as server-sent events: connections can be resumed, all that the server sends is JSON, and
 * clients send nothing but acknowledgements, which they can post.
 */
export function canStream({ resume, send, receive }: ChannelDescriptor): boolean {
  return (
    resume !== undefined &&
    receive.every(({ name }) => name === resume.ack) &&
    send.every(({ encoding }) => encoding === 'json')
  );
}
