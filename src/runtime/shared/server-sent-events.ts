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
