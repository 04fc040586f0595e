import { bun } from './bun.ts';
import { cLimit } from './c-limit.ts';
import { centrifugo } from './centrifugo.ts';
import { goHub } from './go-hub.ts';
import type { Peer } from './peer.ts';
import { posted } from './posted.ts';
import { socketIo } from './socket-io.ts';
import { wsPrebuilt } from './ws-prebuilt.ts';
import { wsSend } from './ws-send.ts';
import { wsValidate } from './ws-validate.ts';

/** All servers of the fan-out scenarios, ours first. */
export const peers: readonly Peer[] = [
  posted,
  wsSend,
  wsValidate,
  wsPrebuilt,
  socketIo,
  bun,
  goHub,
  centrifugo,
  cLimit,
];
