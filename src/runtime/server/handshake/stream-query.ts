import type { IncomingMessage } from 'node:http';
import type { ChannelDescriptor, ResumeDescriptor } from '../../shared/descriptor.ts';

type Query = Readonly<Record<string, string | readonly string[]>>;

/**
 * Returns a function that makes of the query of a stream that of a resumable connection. `Last-Event-ID`, which EventSource
 * sends when it connects again to the same URL, takes precedence over the start in the query. Streams have no window.
 */
export function streamQuery(
  { resume }: ChannelDescriptor,
  { headers }: Pick<IncomingMessage, 'headers'>,
): (query: Query) => Query {
  return (query) => {
    if (resume === undefined) return query;
    const { [resume.query]: start = 'now', ...others } = query;
    const lastEventId = [headers['last-event-id'] ?? ''].flat().join(', ');
    return withoutWindow({ ...others, [resume.query]: lastEventId === '' ? start : lastEventId }, resume);
  };
}

/** Clients state it for their WebSockets, in the same URL. */
export function withoutWindow(query: Query, { window }: ResumeDescriptor): Query {
  return Object.fromEntries(Object.entries(query).filter(([name]) => name !== window));
}
