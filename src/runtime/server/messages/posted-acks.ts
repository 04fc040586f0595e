import type { IncomingMessage } from 'node:http';
import { PostedError } from '../../shared/errors.ts';
import type { PathValues } from '../handshake/address.ts';
import { HandshakeDeadline } from '../handshake/handshake-deadline.ts';
import { clientGone, refusal, shuttingDown } from '../handshake/refusal.ts';
import { withoutWindow } from '../handshake/stream-query.ts';
import { UpgradeRequest } from '../handshake/upgrade-request.ts';
import type { Revocations } from '../revocations.ts';
import type { ServedChannel } from './served-channel.ts';

/** The part of a channel that is read as server-sent events. */
export type StreamedChannel = Pick<
  ServedChannel,
  'descriptor' | 'match' | 'authenticate' | 'readValues' | 'acknowledgeFor'
>;

export interface PostedAcksDeps {
  /** How long the security hooks may take. */
  readonly handshakeTimeoutMs: number;
  readonly revocations: Pick<Revocations, 'isRevoked'>;
  readonly isShuttingDown: () => boolean;
}

type Acknowledge = (
  channel: StreamedChannel,
  path: PathValues,
  request: IncomingMessage,
  query: string,
) => Promise<void>;

const maxBodyBytes = 4096;

/**
 * Returns a function that handles `POST {device, cursor}` to a channel's address, with the credentials of a connection.
 * The stream of the device may be on any node.
 *
 * The function throws Refusal or PostedError.
 */
export function createAcknowledge(deps: PostedAcksDeps): Acknowledge {
  const { handshakeTimeoutMs, revocations, isShuttingDown } = deps;

  return async ({ descriptor, authenticate, readValues, acknowledgeFor }, path, request, query) => {
    if (isShuttingDown()) throw shuttingDown();
    const { resume } = descriptor;
    if (acknowledgeFor === null || resume === undefined) throw notFound();
    const startMs = performance.now();
    const deadline = new HandshakeDeadline(handshakeTimeoutMs);
    try {
      const credentials = new UpgradeRequest(request, query);
      const { principal } = await deadline.race(authenticate(credentials), () => {});
      if (principal === undefined) throw notFound();
      const { device, cursor, instance } = await deadline.race(readAck(request), () => {});
      if (revocations.isRevoked(principal, startMs)) {
        throw refusal('unauthorized', 'unauthorized', 'The credentials were revoked.');
      }
      const { device: deviceName = 'device', instance: instanceName = 'instance' } = resume;
      // The guard of the query also checks what is in the body.
      const values = readValues(
        path,
        new UpgradeRequest(request, query, (rest) => ({
          ...withoutWindow(rest, resume),
          [resume.query]: cursor,
          [deviceName]: device,
          ...(instance === undefined ? {} : { [instanceName]: instance }),
        })),
      );
      await acknowledgeFor({ ...values, user: principal.id, device, cursor, instance });
    } finally {
      deadline.clear();
    }
  };
}

/** The request has a user and a device wherever there is something to acknowledge. */
function notFound(): PostedError {
  return new PostedError('not_found', 'There is nothing to acknowledge at this address.');
}

interface PostedAck {
  readonly device: string;
  readonly cursor: string;
  readonly instance: string | undefined;
}

async function readAck(request: IncomingMessage): Promise<PostedAck> {
  const { device, cursor, instance } = await readObject(request);
  if (typeof device !== 'string' || typeof cursor !== 'string') {
    throw new PostedError('invalid_request', 'The body must have the strings `device` and `cursor`.');
  }
  if (instance !== undefined && typeof instance !== 'string') {
    throw new PostedError('invalid_request', '`instance` must be a string.');
  }
  return { device, cursor, instance };
}

async function readObject(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(request);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Like any other value that is not an object.
  }
  throw new PostedError('invalid_request', 'The body must be a JSON object.');
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Destroying the request would destroy the socket, too, which the response needs.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBodyBytes) break;
      chunks.push(chunk);
    }
  } catch {
    // Nothing else keeps a body from being read.
    throw clientGone();
  }
  if (bytes <= maxBodyBytes) return Buffer.concat(chunks).toString();
  throw new PostedError('too_large', `The body must not be larger than ${maxBodyBytes} bytes.`);
}
