import { type IncomingMessage, request } from 'node:http';
import { onTestFinished } from 'vitest';

export interface ReceivedEvent {
  readonly id?: string;
  readonly event?: string;
  readonly retry?: string;
  readonly data: string;
}

/** A plain reader of server-sent events that records them, as curl or EventSource read them. */
export interface EventReader {
  readonly response: IncomingMessage;
  /** Resolves with the first `count` events as soon as they have arrived. */
  take(count: number): Promise<readonly ReceivedEvent[]>;
  /** Resolves with all events when the response has ended. */
  readonly ended: Promise<readonly ReceivedEvent[]>;
}

export async function readEvents(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventReader> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, { headers: { Accept: 'text/event-stream', ...headers } }, resolve);
    sent.on('error', reject).end();
    onTestFinished(() => void sent.destroy());
  });
  const events: ReceivedEvent[] = [];
  const ended = Promise.withResolvers<readonly ReceivedEvent[]>();
  let changed = Promise.withResolvers<void>();
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (text + chunk).split('\n\n');
    text = parts.pop() ?? '';
    events.push(...parts.map(parse));
    changed.resolve();
    changed = Promise.withResolvers();
  });
  response.on('error', () => {}).on('close', () => ended.resolve(events));
  return {
    response,
    ended: ended.promise,
    async take(count) {
      while (events.length < count) await changed.promise;
      return events.slice(0, count);
    },
  };
}

function parse(text: string): ReceivedEvent {
  const fields = text.split('\n').map((line) => {
    const [, name = '', value = ''] = /^(\w+): (.*)$/.exec(line) ?? [];
    return [name, value];
  });
  return Object.fromEntries(fields);
}
