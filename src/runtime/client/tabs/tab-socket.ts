import { randomName } from '../client-instance.ts';
import type { Ending, Frame, Socket, SocketEvents } from '../platform.ts';
import { FrameLog } from './frame-log.ts';
import { holdLock } from './hold-lock.ts';
import { LeaderWatch } from './leader-watch.ts';
import type { PageSuspension } from './page-suspension.ts';
import { ackedCursor, byeFrame } from './resume-frames.ts';
import { SoloSocket } from './solo-socket.ts';
import type { TabDeps } from './tab-deps.ts';
import { TabLeader } from './tab-leader.ts';
import {
  type FromLeader,
  leaderChannel,
  type ToLeader,
  tabLock,
  tabsChannel,
  type Without,
} from './tab-messages.ts';

export interface TabSocketDeps extends TabDeps {
  readonly suspension: PageSuspension;
  /** Frames of the group's connection that the tab has received so far; the socket updates it. */
  readonly seen: { group: string; log: FrameLog | null };
}

/** How long a message from the leader may take to arrive. */
const graceMs = 100;

/** The connection of one tab, as its client sees it: a share of the leader's, or one of its own if it cannot keep up. */
export class TabSocket implements Socket {
  readonly #tab = randomName();
  readonly #deps: TabSocketDeps;
  readonly #events: SocketEvents;
  readonly #stopping = new AbortController();
  #group = '';
  #credential = '';
  #state: 'joining' | 'attached' | 'alone' | 'ended' = 'joining';
  #leaderId: string | null = null;
  /** Not null if this tab leads. */
  #leader: TabLeader | null = null;
  #channels: { readonly tabs: BroadcastChannel; readonly leader: BroadcastChannel } | null = null;
  #solo: SoloSocket | null = null;
  #isMerging = false;
  /** The newest cursor that the client was given. */
  #cursor: string | null = null;
  #unsentLength = 0;
  #watch: LeaderWatch | null = null;

  constructor(deps: TabSocketDeps, events: SocketEvents) {
    this.#deps = deps;
    this.#events = events;
  }

  get bufferedBytes(): number {
    return this.#solo?.bufferedBytes ?? this.#unsentLength;
  }

  /** Joins the group of tabs, or becomes its leader. */
  async start(group: string, credential: string): Promise<void> {
    const { suspension, seen } = this.#deps;
    const { signal } = this.#stopping;
    this.#group = group;
    this.#credential = credential;
    if (seen.group !== group) Object.assign(seen, { group, log: null });
    await suspension.over();
    if (signal.aborted) return;
    signal.addEventListener(
      'abort',
      suspension.onSuspend(() => this.#takeOver('the page was suspended')),
    );
    // Before anyone can ask whether this tab lives.
    await this.#hold(tabLock(group, this.#tab));
    if (signal.aborted) return;
    const tabs = new BroadcastChannel(tabsChannel(group));
    tabs.addEventListener('message', ({ data }: MessageEvent<FromLeader>) => this.#receive(data));
    this.#channels = { tabs, leader: new BroadcastChannel(leaderChannel(group)) };
    this.#watch = new LeaderWatch({
      ping: () => this.#post({ kind: 'ping' }),
      // The lock passes on to the first tab that waits for it.
      onFrozen: () => void navigator.locks.request(group, { steal: true }, () => {}),
    });
    void this.#hold(group).then((isHeld) => {
      if (isHeld) this.#lead();
    });
    this.#join();
  }

  send(frame: Frame): void {
    if (this.#solo !== null) {
      this.#solo.send(frame);
      this.#merge();
      return;
    }
    const cursor = ackedCursor(this.#deps, frame);
    if (cursor !== null) {
      this.#post({ kind: 'ack', cursor });
      return;
    }
    this.#unsentLength += frame.length;
    this.#post({ kind: 'send', frame });
  }

  close(code: number, reason: string): void {
    if (this.#solo === null) this.#end({ kind: 'closed', code, reason });
    else this.#solo.close(code, reason);
  }

  abandon(): void {
    this.#end({ kind: 'closed', code: 1006, reason: '' });
  }

  /** What is on its way is bounded by the window. */
  pause(): boolean {
    return false;
  }

  resume(): void {}

  #hold(name: string): Promise<boolean> {
    return holdLock(name, this.#stopping.signal, () => this.#takeOver('another tab has the connection now'));
  }

  #join(): void {
    if (this.#state !== 'joining') return;
    const since = this.#deps.target.url.searchParams.get(this.#deps.names.query) ?? 'now';
    this.#post({ kind: 'join', since, credential: this.#credential });
  }

  #lead(): void {
    if (this.#state === 'ended') return;
    if (this.#state !== 'joining') {
      // The leader's last messages may arrive after its lock is free.
      const grace = setTimeout(() => this.#announceGone(), graceMs);
      this.#stopping.signal.addEventListener('abort', () => clearTimeout(grace));
      return;
    }
    const { seen, target, names } = this.#deps;
    this.#watch?.stop();
    this.#leader = new TabLeader({
      ...this.#deps,
      group: this.#group,
      own: this.#tab,
      credential: this.#credential,
      since: target.url.searchParams.get(names.query) ?? 'now',
      log: seen.log,
      post: (message) => {
        if (message.to !== this.#tab) this.#channels?.tabs.postMessage(message);
        if (message.to === undefined || message.to === this.#tab) this.#receive(message);
      },
    });
    this.#leaderId = this.#leader.id;
    this.#leader.start();
    this.#join();
  }

  /** The leader is gone without a word, as no other tab can know yet. */
  #announceGone(): void {
    this.#channels?.tabs.postMessage({ leader: this.#leaderId ?? '', kind: 'gone' } satisfies FromLeader);
    this.#takeOver('the tab with the connection is gone');
  }

  #receive(message: FromLeader): void {
    if (this.#state === 'ended' || (message.to !== undefined && message.to !== this.#tab)) return;
    if (message.kind === 'leading') {
      this.#watch?.heard();
      this.#isMerging = false;
      if (this.#state === 'attached' && message.leader !== this.#leaderId)
        this.#takeOver('another tab leads');
      this.#leaderId = message.leader;
      if (this.#state === 'alone') {
        this.#forgetLog();
        this.#post({ kind: 'alone' });
      } else if (this.#leader === null) this.#join();
      return;
    }
    // Another leader may have been frozen, and does not know yet that it leads no more.
    if (message.leader !== (this.#leaderId ?? message.leader)) return;
    this.#watch?.heard();
    switch (message.kind) {
      case 'attached':
        this.#attached(message);
        return;
      case 'alone':
        this.#leaderId = message.leader;
        this.#isMerging = false;
        if (this.#state !== 'alone') this.#goAlone(this.#cursor ?? message.since);
        return;
      case 'entry':
        if (this.#state !== 'joining') this.#deps.seen.log?.push(message.entry);
        if (this.#state === 'attached') this.#give(message.entry.cursor, message.entry.frame);
        else this.#merge();
        return;
      case 'frame':
        if (this.#state === 'attached' || message.to !== undefined) this.#events.frame(message.frame);
        return;
      case 'sent':
        this.#unsentLength -= message.length;
        return;
      case 'ended':
        if (this.#state !== 'alone') this.#end(message.ending);
        return;
      case 'gone':
        this.#leaderId = null;
        if (this.#state === 'attached') this.#takeOver('the tab with the connection is gone');
    }
  }

  #attached({ leader, log: snapshot, skip, ready }: Extract<FromLeader, { kind: 'attached' }>): void {
    const { names, seen, tab } = this.#deps;
    const log = new FrameLog(snapshot);
    const missed = this.#solo === null ? skip : log.positionOf(this.#solo.cursor);
    this.#isMerging = false;
    if (missed === undefined || this.#state === 'attached') {
      if (this.#state === 'alone') this.#post({ kind: 'alone' });
      return;
    }
    this.#leaderId = leader;
    seen.log = log;
    tab.isShared = true;
    const solo = this.#solo;
    const cursor = solo?.cursor ?? ready[names.cursor];
    this.#solo = null;
    this.#unsentLength = 0;
    const isOpen = this.#state === 'alone';
    this.#state = 'attached';
    solo?.leave();
    if (!isOpen) this.#events.opened();
    this.#give(String(cursor), JSON.stringify({ ...ready, [names.cursor]: cursor }));
    for (const { cursor: each, frame } of snapshot.entries.slice(missed)) this.#give(each, frame);
  }

  /** The client may end the connection at any frame. */
  #give(cursor: string, frame: Frame): void {
    if (this.#state === 'ended') return;
    this.#cursor = cursor;
    this.#events.frame(frame);
  }

  /** A slow tab, or one that continues where the others have long been, has its own pace until it has caught up. */
  #goAlone(since: string): void {
    const isOpen = this.#state === 'attached';
    this.#state = 'alone';
    this.#forgetLog();
    this.#deps.tab.isShared = true;
    this.#solo = new SoloSocket(this.#deps, since, isOpen, {
      opened: () => this.#events.opened(),
      frame: (frame) => {
        this.#events.frame(frame);
        this.#merge();
      },
      ended: (ending) => this.#end(ending),
    });
  }

  /** What comes next does not continue what was seen before. */
  #forgetLog(): void {
    this.#deps.seen.log = new FrameLog({ base: '', entries: [] });
  }

  /** Comes back once the last message that it was given is among the newest of the shared connection. */
  #merge(): void {
    const { log } = this.#deps.seen;
    if (this.#isMerging || log === null || this.#solo?.hasCaughtUpWith(log) !== true) return;
    this.#isMerging = true;
    this.#post({ kind: 'join', since: this.#solo.cursor, credential: this.#credential });
  }

  /** Ends the connection so that the client opens another one at once. */
  #takeOver(why: string): void {
    if (this.#state === 'ended') return;
    const bye = this.#state === 'joining' ? null : byeFrame(this.#deps);
    if (bye !== null) this.#events.frame(bye);
    this.#end({ kind: 'closed', code: 1006, reason: '', cause: new Error(why) });
  }

  #end(ending: Ending): void {
    if (this.#state === 'ended') return;
    if (this.#leader === null) this.#post({ kind: 'leave' });
    this.#state = 'ended';
    // Nobody else saves what it processes until it is connected again.
    if (this.#leader?.hasOthers === false) this.#deps.tab.isShared = false;
    this.#solo?.leave();
    this.#leader?.stop();
    this.#stopping.abort();
    this.#watch?.stop();
    this.#channels?.tabs.close();
    this.#channels?.leader.close();
    this.#events.ended(ending);
  }

  #post(message: Without<ToLeader, 'tab'>): void {
    const whole = { ...message, tab: this.#tab } as ToLeader;
    if (this.#leader === null) this.#channels?.leader.postMessage(whole);
    else this.#leader.receive(whole);
  }
}
