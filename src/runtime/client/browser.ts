/** The client for browsers. */
import { createConnect } from './connect.ts';
import type { Platform } from './platform.ts';

export * from './index.ts';

const platform: Platform = {
  maxFirstAttempts: 8,
  setsHeaders: false,
  open({ url, protocols }, events) {
    const socket = new WebSocket(url, [...protocols]);
    // Unlike a Blob, an ArrayBuffer can be read synchronously, which keeps messages in order.
    socket.binaryType = 'arraybuffer';
    let opened = false;
    socket.addEventListener('open', () => {
      opened = true;
      events.opened();
    });
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      events.frame(typeof data === 'string' ? data : new Uint8Array(data));
    });
    socket.addEventListener('close', ({ code, reason }) => {
      events.ended(opened ? { kind: 'closed', code, reason } : { kind: 'unreachable' });
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
};

export const connect = createConnect(platform);
