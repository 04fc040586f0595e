import type { Log } from '../../shared/log.ts';
import { LogLimit } from '../../shared/log-limit.ts';
import type { BusMessages, ToWorker } from './worker-messages.ts';

/** How many characters may wait for one worker, whose event loop may be busy. */
const maxWaiting = 33_554_432;

interface Member {
  /** Resolves when the system has accepted the message. */
  readonly send: (message: ToWorker) => Promise<void>;
  waiting: number;
}

/** The primary's side of the bus between its workers: relays the messages of each to all others that have joined. */
export class BusRelay {
  readonly #log: LogLimit;
  readonly #members = new Map<string, Member>();

  constructor(log: Log) {
    this.#log = new LogLimit(log);
  }

  join(node: string, send: Member['send']): void {
    this.#members.set(node, { send, waiting: 0 });
    this.#announce();
  }

  leave(node: string): void {
    if (this.#members.delete(node)) this.#announce();
  }

  relay(node: string, messages: BusMessages): void {
    const size = messages.reduce((sum, { length }) => sum + length, 0);
    for (const [id, member] of this.#members) {
      if (id !== node) void this.#send(member, { kind: 'bus', node, messages }, size);
    }
  }

  async #send(member: Member, message: ToWorker, size: number): Promise<void> {
    if (member.waiting + size > maxWaiting) {
      this.#log.write('warn', {}, {}, 'a worker is too busy: messages of other workers to it were dropped');
      return;
    }
    member.waiting += size;
    await member.send(message);
    member.waiting -= size;
  }

  #announce(): void {
    const nodes = [...this.#members.keys()];
    for (const [id, { send }] of this.#members) {
      void send({ kind: 'bus-nodes', nodes: nodes.filter((node) => node !== id) });
    }
  }
}
