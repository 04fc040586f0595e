/** One connection for all tabs of an origin. Loaded only where it is used, so that it costs others nothing. */
import type { ChannelDescriptor, ResumeDescriptor } from '../../shared/descriptor.ts';
import { CursorKeeper } from '../cursor-keeper.ts';
import { encodeAck } from '../message-codec.ts';
import type { Platform, Sharing, Socket, SocketEvents, SocketTarget } from '../platform.ts';
import { credentialHash, groupName } from './group-name.ts';
import { PageSuspension } from './page-suspension.ts';
import { TabSocket, type TabSocketDeps } from './tab-socket.ts';

const suspension = new PageSuspension();

/**
 * The platform for a client that shares its connections with all tabs that have its address, its cursor and its user. Null
 * if its channel or its page does not allow it.
 */
export function shareTabs(platform: Platform, sharing: Sharing): Platform | null {
  const { channel, names, tab, onError } = sharing;
  // Pages without TLS have no locks.
  const hasLocks = globalThis.navigator?.locks !== undefined && globalThis.BroadcastChannel !== undefined;
  if (!hasLocks || !canShare(channel)) return null;
  const keeper = new CursorKeeper({ load: () => null, save: (cursor) => tab.saveForAll(cursor) }, onError);
  const deps = {
    ...sharing,
    suspension,
    seen: { group: '', log: null },
    encodeAck: (cursor: string) => encodeAck(channel, names, cursor),
    saveForAll: (cursor: string) => keeper.save(cursor),
  };

  function openShared(
    transport: string,
    target: SocketTarget,
    events: SocketEvents,
    open: TabSocketDeps['open'],
  ): Socket {
    const socket = new TabSocket({ ...deps, target, open }, events);
    void (async () => {
      const group = await groupName(target, names, tab.name, transport);
      await socket.start(group, await credentialHash(target, names.query));
    })();
    return socket;
  }

  const { openStream } = platform;
  return {
    ...platform,
    open: (target, events) => openShared('websocket', target, events, platform.open),
    ...(openStream === undefined
      ? {}
      : {
          openStream: (target: SocketTarget, streamNames: ResumeDescriptor, events: SocketEvents) =>
            openShared('sse', target, events, (to, by) => openStream(to, streamNames, by)),
        }),
  };
}

/** Nobody sees whose cookies a connection was opened with. A request of the server needs one answer, not one of each tab. */
function canShare({ security, operations }: ChannelDescriptor): boolean {
  const schemes = [...security, ...operations.flatMap((operation) => operation.security)];
  return (
    !schemes.some(({ in: location }) => location === 'cookie') &&
    !operations.some(({ action, reply }) => action === 'send' && reply !== undefined)
  );
}
