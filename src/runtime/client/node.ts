/** The client for Node.js. */
import { WebSocket } from 'ws';
import { createConnect } from './connect.ts';
import { readRefusal } from './refused-handshake.ts';
import type { Ending, Platform } from './socket.ts';

export { fileCursor } from './file-cursor.ts';
export * from './index.ts';

const platform: Platform = {
  maxFirstAttempts: Number.POSITIVE_INFINITY,
  setsHeaders: true,
  open({ url, headers, maxFrameBytes, silenceTimeoutMs }, events) {
    const socket = new WebSocket(url, {
      headers,
      maxPayload: maxFrameBytes,
      perMessageDeflate: false,
    });
    let opened = false;
    let refusal: Ending | null = null;
    let cause: unknown;
    const silence = createSilenceTimer(silenceTimeoutMs, () => {
      cause = new Error(`nothing was heard for ${silenceTimeoutMs} ms`);
      socket.terminate();
    });

    socket.on('open', () => {
      opened = true;
      silence.start();
      events.opened();
    });
    socket.on('ping', () => silence.heard());
    socket.on('message', (data: Buffer, isBinary) => {
      silence.heard();
      // A copy: bytes of a Buffer may be part of a larger piece of memory, which they would keep.
      events.frame(isBinary ? new Uint8Array(data) : data.toString());
    });
    socket.on('unexpected-response', async (_request, response) => {
      refusal = await readRefusal(response);
      socket.terminate();
    });
    socket.on('error', (error) => {
      // One error for each address of the host, and no message of its own.
      cause ??= error instanceof AggregateError ? error.errors[0] : error;
    });
    socket.on('close', (code, reason) => {
      silence.stop();
      if (opened) events.ended({ kind: 'closed', code, reason: reason.toString(), cause });
      else events.ended(refusal ?? { kind: 'unreachable', cause });
    });

    return {
      get bufferedBytes() {
        return socket.bufferedAmount;
      },
      send: (frame) => socket.send(frame),
      close: (code, reason) => socket.close(code, reason),
      abandon: () => socket.terminate(),
      pause() {
        // Nothing can be heard meanwhile.
        silence.stop();
        socket.pause();
        return true;
      },
      resume() {
        if (socket.readyState === WebSocket.OPEN) silence.start();
        socket.resume();
      },
    };
  },
};

export const connect = createConnect(platform);

interface SilenceTimer {
  start(): void;
  heard(): void;
  stop(): void;
}

function createSilenceTimer(limitMs: number, onSilence: () => void): SilenceTimer {
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      if (limitMs > 0) timer = setTimeout(onSilence, limitMs);
    },
    heard() {
      timer?.refresh();
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
