import type { ResumeDescriptor } from '../shared/descriptor.ts';
import { parseRetryAfter } from '../shared/retry-after.ts';
import { ackType, closeEvent, decodeCloseEvent, eventStreamType } from '../shared/server-sent-events.ts';
import { defer } from './deferred.ts';
import { errorMessage } from './error-message.ts';
import type { Ending, Frame, Socket, SocketEvents, SocketTarget } from './platform.ts';

/** A larger body of a refusal is not one of Posted. */
const maxBodyBytes = 16_384;

/**
 * Reads a channel as server-sent events, with `fetch`. It is a socket to its client: it opens with the first event, because
 * a proxy may keep events back, and what the client sends are acks, which are posted.
 */
export function openEventStream(
  { url, headers, maxFrameBytes, connectTimeoutMs }: SocketTarget,
  names: ResumeDescriptor,
  events: SocketEvents,
): Socket {
  const target = new URL(url);
  target.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
  const { searchParams } = target;
  const device = searchParams.get(names.device ?? 'device');
  const instance = searchParams.get(names.instance ?? 'instance') ?? undefined;
  const stopping = new AbortController();
  const { signal } = stopping;
  let isOpen = false;
  let paused: ReturnType<typeof defer<void>> | null = null;
  let newestAck: string | null = null;
  let isPosting = false;

  function receive(text: string): Ending | null {
    const event = parseEvent(text);
    if (event === null) return null;
    if (event.type === closeEvent) return { kind: 'closed', ...(decodeCloseEvent(event.data) ?? lost) };
    if (!isOpen) {
      isOpen = true;
      events.opened();
    }
    if (!signal.aborted) events.frame(event.data);
    return null;
  }

  async function read(body: ReadableStream<Uint8Array>): Promise<Ending> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { kind: 'closed', ...lost };
      const parts = (text + decoder.decode(value, { stream: true })).split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const ending = receive(part);
        if (ending !== null) return ending;
        await paused?.promise;
      }
      if (text.length > maxFrameBytes) return { kind: 'closed', code: 1009, reason: 'the event is too big' };
    }
  }

  async function run(): Promise<Ending> {
    try {
      const response = await fetch(target, {
        headers: { ...headers, Accept: eventStreamType },
        cache: 'no-store',
        signal,
      });
      const { status, body } = response;
      const isStream = response.headers.get('Content-Type')?.startsWith(eventStreamType) === true;
      if (status === 200 && isStream && body !== null) return await read(body);
      const refusal = await refusalOf(response);
      return status === 200 ? { kind: 'unreachable' } : refusal;
    } catch (cause) {
      return isOpen ? { kind: 'closed', ...lost, cause } : { kind: 'unreachable', cause };
    }
  }

  /** One after another, and only the newest, because acks are cumulative. A lost one costs a repetition at most. */
  async function postAcks(): Promise<void> {
    isPosting = true;
    while (newestAck !== null) {
      const body = JSON.stringify({ device, cursor: newestAck, instance });
      newestAck = null;
      const posted = { method: 'POST', headers: { ...headers, 'Content-Type': ackType }, body };
      // One that is never answered must not keep back those that follow.
      const giveUp = new AbortController();
      const timer = setTimeout(() => giveUp.abort(), connectTimeoutMs);
      await fetch(target, { ...posted, keepalive: true, signal: giveUp.signal }).catch(() => {});
      clearTimeout(timer);
    }
    isPosting = false;
  }

  void run().then((ending) => {
    // Reading further is of no use after the last event.
    stopping.abort();
    events.ended(isOpen || ending.kind !== 'closed' ? ending : { kind: 'unreachable' });
  });

  return {
    bufferedBytes: 0,
    send(frame) {
      const cursor = cursorIn(frame, names.cursor);
      if (device === null || cursor === null) return;
      newestAck = cursor;
      if (!isPosting) void postAcks();
    },
    close: () => stopping.abort(),
    abandon: () => stopping.abort(),
    pause() {
      paused ??= defer();
      return true;
    },
    resume() {
      paused?.resolve();
      paused = null;
    },
  };
}

/** How a stream ends without its last event. */
const lost = { code: 1006, reason: '' };

function parseEvent(text: string): { readonly type: string; readonly data: string } | null {
  let type = '';
  const data: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('event: ')) type = line.slice(7);
    else if (line.startsWith('data: ')) data.push(line.slice(6));
  }
  return data.length === 0 ? null : { type, data: data.join('\n') };
}

/** Null for what is not an ack, such as `auth`: a stream ends with its credentials, and is opened with others. */
function cursorIn(frame: Frame, name: string): string | null {
  const value = typeof frame === 'string' ? (JSON.parse(frame) as Readonly<Record<string, unknown>>) : {};
  return typeof value[name] === 'string' ? value[name] : null;
}

async function refusalOf(response: Response): Promise<Ending> {
  const { status, headers } = response;
  const size = Number(headers.get('Content-Length') ?? Number.POSITIVE_INFINITY);
  const text = size > maxBodyBytes ? '' : await response.text();
  void response.body?.cancel().catch(() => {});
  const retryAfterMs = parseRetryAfter(headers.get('Retry-After')) ?? 0;
  return { kind: 'refused', status, message: errorMessage(text), retryAfterMs };
}
