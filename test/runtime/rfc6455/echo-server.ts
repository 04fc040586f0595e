import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Contract } from '../../../src/runtime/server/index.ts';
import { generateDocument } from '../../corpus/document.ts';
import { prepareProject, tempFolder } from '../../scripts/generator.ts';
import { type LooseTypes, startContractServer } from '../../support/contract-server.ts';
import { handshakeRequest } from '../../support/websocket.ts';
import { close, readFrames, type Seen } from './frame.ts';

/** The largest message and the most fragments that the server accepts, and how long it waits for a close frame. */
export const limits = { maxMessageBytes: 65_537, maxMessageFragments: 64, closeTimeoutMs: 300 } as const;

type EchoContract = Contract<LooseTypes>;

export async function generateEcho(): Promise<EchoContract> {
  const project = tempFolder();
  prepareProject(project);
  const document = join(import.meta.dirname, '../../fixtures/echo.asyncapi.yaml');
  return (await generateDocument(document, project, 'echo')).contract;
}

interface Context {
  readonly connection: { readonly send: Readonly<Record<string, (content: unknown) => void>> };
}

/** Serves the contract until the test ends. */
export async function startEcho(contract: EchoContract) {
  const codes: number[] = [];
  const { port, server } = await startContractServer(
    contract,
    {
      echo: {
        closed: (_connection: unknown, { code }: { readonly code: number }) => void codes.push(code),
        hear: {
          text: (content: unknown, { connection }: Context) => connection.send.text?.(content),
          bytes: (content: unknown, { connection }: Context) => connection.send.bytes?.(content),
        },
      },
    },
    limits,
  );
  return { port, server, codes };
}

/** A TCP connection after its handshake. */
export interface EchoClient {
  readonly socket: Socket;
  /** Resolves with all frames, once the server has ended the connection. */
  readonly ended: Promise<readonly Seen[]>;
  /** Resolves once the server has sent so many frames, or has ended the connection. */
  frames(count: number): Promise<readonly Seen[]>;
}

/** Connects, and sends `early` in the same write as the handshake. */
export async function connectEcho(port: number, early: Buffer = Buffer.alloc(0)): Promise<EchoClient> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  let bytes = Buffer.alloc(0);
  let head = -1;
  const ended = Promise.race([once(socket, 'end'), once(socket, 'close')]).then(() => received());
  const received = (): readonly Seen[] => (head === -1 ? [] : readFrames(bytes.subarray(head)).frames);
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    const end = bytes.indexOf('\r\n\r\n');
    if (head === -1 && end !== -1) head = end + 4;
  });
  /** Resolves early if the server ends the connection. */
  const until = async (isDone: () => boolean): Promise<void> => {
    while (!isDone() && !socket.readableEnded && !socket.destroyed) {
      await Promise.race([once(socket, 'data'), ended]);
    }
  };
  await once(socket, 'connect');
  socket.write(Buffer.concat([Buffer.from(handshakeRequest('/echo')), early]));
  await until(() => head !== -1);
  return {
    socket,
    ended,
    async frames(count) {
      await until(() => received().length >= count);
      return received();
    },
  };
}

/**
 * Sends the chunks, each in a packet of its own, and then a close frame, which a server that has failed the connection
 * ignores. Resolves with everything that the server sent before it ended the connection.
 */
export async function exchange(port: number, chunks: readonly Buffer[]): Promise<readonly Seen[]> {
  const { socket, ended } = await connectEcho(port);
  for (const chunk of [...chunks, close(1000, 'the end')]) {
    if (chunk.length > 0) socket.write(chunk);
    await new Promise((resolve) => void setImmediate(resolve));
  }
  const frames = await ended;
  socket.end();
  return frames;
}
