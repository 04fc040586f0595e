/** The client for browsers. */
import { decodeRefusal, refusalSubprotocol } from '../shared/readable-refusal.ts';
import { createConnect } from './connect.ts';
import { openEventStream } from './lazy-event-stream.ts';
import type { Ending, Platform, Wake } from './platform.ts';

export * from './index.ts';

const platform: Platform = {
  setsHeaders: false,
  open({ url, protocols }, events) {
    const socket = new WebSocket(url, [...protocols]);
    // Unlike a Blob, an ArrayBuffer can be read synchronously, which keeps messages in order.
    socket.binaryType = 'arraybuffer';
    let opened = false;
    socket.addEventListener('open', () => {
      opened = socket.protocol !== refusalSubprotocol;
      if (opened) events.opened();
    });
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      events.frame(typeof data === 'string' ? data : new Uint8Array(data));
    });
    socket.addEventListener('close', ({ code, reason }) => {
      events.ended(opened ? { kind: 'closed', code, reason } : failureOf(socket, code, reason));
    });
    return {
      get bufferedBytes() {
        return socket.bufferedAmount;
      },
      send: (frame) => socket.send(frame),
      close: (code, reason) => socket.close(code, reason),
      abandon: () => socket.close(),
      pause: () => false,
      resume() {},
    };
  },
  openStream: openEventStream,
  onWake,
  async share(sharing) {
    const { shareTabs } = await import('./tabs/share-tabs.ts');
    return shareTabs(platform, sharing);
  },
};

function failureOf({ protocol }: WebSocket, code: number, reason: string): Ending {
  const refusal = protocol === refusalSubprotocol ? decodeRefusal(code, reason) : null;
  return refusal === null ? { kind: 'unreachable' } : { kind: 'refused', message: '', ...refusal };
}

/** Workers have no pages, and other platforms with this WebSocket not even these events. */
function onWake(listener: (wake: Wake) => void): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  const page: Document | undefined = globalThis.document;
  globalThis.addEventListener?.('online', () => listener('network'), { signal });
  globalThis.addEventListener?.(
    'pageshow',
    // Only a page that comes out of the back-forward cache was suspended.
    ({ persisted }) => listener(persisted ? 'network' : 'page'),
    { signal },
  );
  page?.addEventListener(
    'visibilitychange',
    () => {
      if (page.visibilityState === 'visible') listener('page');
    },
    { signal },
  );
  return () => stopping.abort();
}

export const connect = createConnect(platform);
