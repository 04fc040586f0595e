import { closeCodes } from '../../shared/close-codes.ts';
import { identifyMessage } from '../../shared/identify-message.ts';
import { type ClientConnection, openConnection } from '../client-connection.ts';
import { randomName } from '../client-instance.ts';
import type { Ending, Frame } from '../platform.ts';
import { endingOfTab, portableEnding } from './ending-of-tab.ts';
import { FrameLog } from './frame-log.ts';
import { parseFrame } from './parse-frame.ts';
import { SharedOutbox } from './shared-outbox.ts';
import { SharedProgress } from './shared-progress.ts';
import { SharedRequests } from './shared-requests.ts';
import type { TabDeps } from './tab-deps.ts';
import { type FromLeader, leaderChannel, type ToLeader, tabLock, type Without } from './tab-messages.ts';
import { TabPositions } from './tab-positions.ts';

export interface TabLeaderDeps extends TabDeps {
  readonly group: string;
  /** The name of the leader's own tab. */
  readonly own: string;
  readonly credential: string;
  /** Where the leader's own client continues. */
  readonly since: string;
  /** Frames that this tab received from an earlier leader. */
  readonly log: FrameLog | null;
  /** To all tabs, the leader's own included. */
  readonly post: (message: FromLeader) => void;
}

/** A tab, from its first message to its last. */
interface Member {
  /** Null until it has joined. */
  readonly join: { readonly since: string; readonly credential: string } | null;
  isAlone: boolean;
  heardAtMs: number;
}

/** A tab that has been silent for so long is frozen: even throttled timers run once a minute. */
const frozenAfterMs = 90_000;
const checkMs = 5_000;

/** How many processed messages the acks of a tab may cover: its own client acknowledges a quarter of them at once. */
const windows = { own: 1, other: 16 };

/**
 * Has the connection of all tabs, and is a server to them: it replays what a new tab has missed, acknowledges and saves
 * what all of them have processed, and gives no tab the chance to stop the others.
 */
export class TabLeader {
  readonly id = randomName();
  readonly #deps: TabLeaderDeps;
  readonly #members = new Map<string, Member>();
  readonly #positions = new TabPositions();
  readonly #requests: SharedRequests;
  readonly #channel: BroadcastChannel;
  readonly #stopping = new AbortController();
  readonly #outbox: SharedOutbox;
  readonly #checking: ReturnType<typeof setInterval>;
  #connection: ClientConnection | null = null;
  #log: FrameLog | null;
  /** The server's `ready`; null until it has arrived. */
  #ready: Readonly<Record<string, unknown>> | null = null;
  #progress: SharedProgress | null = null;
  /** The tab whose frame was sent last. */
  #lastSender: string | null = null;

  constructor(deps: TabLeaderDeps) {
    const { channel, since, log, group } = deps;
    this.#deps = deps;
    this.#requests = new SharedRequests(channel);
    this.#outbox = new SharedOutbox(
      () => this.#connection?.bufferedBytes ?? 0,
      ({ tab, frame }) => this.#send(tab, frame),
    );
    this.#log = log?.positionOf(since) === undefined ? null : log;
    this.#channel = new BroadcastChannel(leaderChannel(group));
    this.#channel.addEventListener('message', ({ data }: MessageEvent<ToLeader>) => this.receive(data));
    this.#checking = setInterval(() => this.#dropSlow(), checkMs);
  }

  /** How many messages the server sends before it gets an ack. */
  get #window(): number {
    return Number(this.#ready?.window) || 256;
  }

  get hasOthers(): boolean {
    return this.#members.size > 1;
  }

  start(): void {
    this.#post({ kind: 'leading' });
    const { target, names, since, open, connectTimeoutMs } = this.#deps;
    const url = new URL(target.url);
    // What it has seen and its client has not, it replays itself.
    url.searchParams.set(names.query, this.#log?.newest ?? since);
    try {
      this.#connection = openConnection(open, { ...target, url }, connectTimeoutMs, {
        opened() {},
        frame: (frame) => this.#received(frame),
      });
    } catch (cause) {
      void this.#ended({ kind: 'unreachable', cause });
      return;
    }
    void this.#connection.ended.then((ending) => this.#ended(ending));
  }

  receive(message: ToLeader): void {
    if (this.#stopping.signal.aborted) return;
    const { tab } = message;
    Object.assign(this.#members.get(tab) ?? {}, { heardAtMs: performance.now() });
    switch (message.kind) {
      case 'join':
        this.#join(tab, message);
        return;
      case 'ack':
        this.#processed(tab, message.cursor);
        return;
      case 'send':
        this.#outbox.push({ tab, frame: message.frame });
        return;
      case 'alone':
        this.#add(tab, null, true);
        this.#positions.detach(tab);
        return;
      case 'leave':
        this.#leave(tab);
        return;
      case 'ping':
        this.#post({ kind: 'pong', to: tab });
    }
  }

  /** Closes the connection; the other tabs open another one. */
  stop(): void {
    if (this.#stopping.signal.aborted) return;
    this.#progress?.stop();
    this.#stopping.abort();
    clearInterval(this.#checking);
    this.#outbox.stop();
    this.#connection?.close(closeCodes.normal.code, '');
    this.#post({ kind: 'gone' });
    this.#channel.close();
  }

  #send(tab: string, frame: Frame): void {
    const routed = this.#requests.outgoing(tab, frame);
    if ('send' in routed) {
      this.#lastSender = tab;
      this.#connection?.send(routed.send);
    } else if (routed.answer !== null) this.#post({ kind: 'frame', to: tab, frame: routed.answer });
    this.#post({ kind: 'sent', to: tab, length: frame.length });
  }

  #join(tab: string, join: NonNullable<Member['join']>): void {
    // A tab that asks twice has been answered.
    if (this.#positions.has(tab)) return;
    this.#add(tab, join, false);
    this.#connection?.checkHeartbeat();
    if (this.#ready !== null) this.#attach(tab, join.since, this.#ready);
  }

  /** The lock of a tab is free only once the tab is gone, even if it has crashed. */
  #add(tab: string, join: Member['join'], isAlone: boolean): void {
    const isNew = !this.#members.has(tab);
    this.#members.set(tab, { join, isAlone, heardAtMs: performance.now() });
    const { group, own } = this.#deps;
    if (!isNew || tab === own) return;
    const { signal } = this.#stopping;
    void navigator.locks.request(tabLock(group, tab), { signal }, () => this.#leave(tab)).catch(() => {});
  }

  #leave(tab: string): void {
    this.#members.delete(tab);
    this.#positions.detach(tab);
    this.#advance();
  }

  #attach(tab: string, since: string, ready: Readonly<Record<string, unknown>>): void {
    const { names, own } = this.#deps;
    const log = this.#log;
    if (log === null) return;
    const cursor =
      since === 'now' ? log.newest : since === 'acked' ? (this.#progress?.ackedCursor ?? log.newest) : since;
    const position = log.positionOf(cursor);
    if (position === undefined || log.end - position > this.#window / 2) {
      this.#setAlone(tab, cursor);
      return;
    }
    // Its application may still process messages before this one. It acknowledges the cursor once it has.
    this.#positions.attach(tab, position - 1);
    const ackWindow = tab === own ? windows.own : windows.other;
    this.#post({
      kind: 'attached',
      to: tab,
      log: log.snapshot,
      skip: position - log.first,
      ready: { ...ready, [names.cursor]: cursor, resumed: since !== 'now', window: ackWindow },
    });
  }

  #setAlone(tab: string, since: string): void {
    Object.assign(this.#members.get(tab) ?? {}, { isAlone: true });
    this.#positions.detach(tab);
    this.#post({ kind: 'alone', to: tab, since });
  }

  #received(frame: Frame): void {
    const { channel, names } = this.#deps;
    const value = parseFrame(frame);
    const json = channel.send.filter(({ encoding }) => encoding === 'json');
    const name = value === undefined ? undefined : identifyMessage(json, value)?.name;
    const fields = Object(value) as Readonly<Record<string, unknown>>;
    const cursor = fields[names.cursor];
    if (name === names.ready) {
      if (typeof cursor === 'string') this.#becameReady(fields, cursor);
      return;
    }
    const routed = this.#requests.incoming(frame, value, name);
    if (routed !== null) {
      for (const to of routed.tabs) this.#post({ kind: 'frame', to, frame: routed.frame });
    } else if (typeof cursor === 'string' && this.#log !== null) {
      const entry = { cursor, frame };
      this.#log.push(entry);
      if (name === names.reset) this.#progress?.reset();
      this.#post({ kind: 'entry', entry });
    } else this.#post({ kind: 'frame', frame });
    this.#dropSlow();
  }

  #becameReady(ready: Readonly<Record<string, unknown>>, cursor: string): void {
    const { since, encodeAck, saveForAll } = this.#deps;
    const isKeyword = since === 'now' || since === 'acked';
    const log = this.#log ?? new FrameLog({ base: isKeyword ? cursor : since, entries: [] });
    this.#log = log;
    this.#ready = ready;
    this.#progress = new SharedProgress({
      log,
      start: cursor,
      window: this.#window,
      sendAck: (newest) => this.#connection?.send(encodeAck(newest)),
      save: saveForAll,
    });
    const heartbeatMs = Number(ready.heartbeatMs) || 0;
    if (heartbeatMs > 0) this.#connection?.expectHeartbeat(heartbeatMs);
    for (const [tab, { join }] of this.#members) if (join !== null) this.#attach(tab, join.since, ready);
  }

  #processed(tab: string, cursor: string): void {
    const position = this.#log?.positionOf(cursor);
    if (position !== undefined) this.#positions.moveTo(tab, position);
    this.#advance();
    this.#dropSlow();
  }

  #advance(): void {
    const { lowest } = this.#positions;
    if (lowest === null) return;
    const now = performance.now();
    const isHeld = [...this.#members.values()].some(
      ({ isAlone, heardAtMs }) => isAlone && now - heardAtMs < frozenAfterMs,
    );
    this.#progress?.moveTo(lowest, !isHeld);
  }

  #dropSlow(): void {
    if (this.#log === null) return;
    const slow = this.#positions.slow(this.#log.end, this.#window);
    // Each knows better than the leader which message it received last.
    for (const tab of slow) this.#setAlone(tab, this.#log.newest);
    if (slow.length > 0) this.#advance();
  }

  async #ended(ending: Ending): Promise<void> {
    // A leader that was frozen learns only now that another one has its lock, and with it the device.
    if (ending.kind === 'closed' && ending.code === closeCodes.replaced.code) await navigator.locks.query();
    if (this.#stopping.signal.aborted) return;
    const { own, credential } = this.#deps;
    const senders = [...this.#requests.renewing, ...(this.#lastSender === null ? [] : [this.#lastSender])];
    const shared = { ending: portableEnding(ending), credential, senders };
    for (const [id, { join }] of this.#members) {
      if (id === own) continue;
      this.#post({
        kind: 'ended',
        to: id,
        ending: endingOfTab(shared, { id, credential: join?.credential }),
      });
    }
    // The last one, since it stops the leader.
    this.#post({
      kind: 'ended',
      to: own,
      ending: endingOfTab({ ...shared, ending }, { id: own, credential }),
    });
  }

  #post(message: Without<FromLeader, 'leader'>): void {
    this.#deps.post({ ...message, leader: this.id });
  }
}
