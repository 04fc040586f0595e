import type { OpenStream, Socket } from './platform.ts';

/** Opens an event stream with code that is loaded when a stream is needed. If it cannot be loaded, nor can a stream. */
export const openEventStream: OpenStream = (target, names, events) => {
  let stream: Socket | null = null;
  let isAbandoned = false;
  const abandon = () => {
    isAbandoned = true;
    stream?.abandon();
  };
  import('./event-stream-socket.ts').then(
    (loaded) => {
      if (!isAbandoned) stream = loaded.openEventStream(target, names, events);
    },
    (cause: unknown) => events.ended({ kind: 'unreachable', cause }),
  );
  return {
    bufferedBytes: 0,
    send: (frame) => stream?.send(frame),
    close: abandon,
    abandon,
    pause: () => stream?.pause() ?? false,
    resume: () => stream?.resume(),
  };
};
