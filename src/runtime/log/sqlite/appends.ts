import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DraftColumns } from '../writes/draft-columns.ts';
import type { RegisteredWrite } from '../writes/registered-write.ts';
import type { Head } from './head.ts';
import type { AppendOutput, WriteInput, WriteOutput } from './protocol.ts';
import { WritePlan } from './write-plan.ts';

const insertEvent = `insert into posted_event (seq, mark, kind, channel, message, topic, also, entity, payload, created_at)
  values (?, ?, 'message', ?, ?, ?, ?, ?, ?, ?)`;

/** The appends to the log, in the current transaction. The caller makes them atomic and saves the head. */
export class Appends {
  readonly #database: DatabaseSync;
  readonly #head: Head;
  readonly #plans = new Map<string, { readonly definition: string; readonly plan: WritePlan }>();
  #insertEvent: StatementSync | null = null;
  #hasErased = false;

  constructor(database: DatabaseSync, head: Head) {
    this.#database = database;
    this.#head = head;
  }

  /** @throws Error if SQLite rejects a statement, or if the name has another definition */
  register(write: RegisteredWrite): null {
    const definition = JSON.stringify(write);
    const known = this.#plans.get(write.name);
    if (known === undefined) {
      const plan = new WritePlan(this.#database, write, this.#head);
      this.#plans.set(write.name, { definition, plan });
    } else if (known.definition !== definition) {
      throw new Error(`the write ${write.name} is registered with another definition`);
    }
    return null;
  }

  write(input: WriteInput): WriteOutput {
    const [name] = input;
    const known = this.#plans.get(name);
    if (known === undefined) throw new Error(`the write ${name} is not registered`);
    if (known.plan.erases) this.#hasErased = true;
    return known.plan.run(input);
  }

  /** Whether a write since the last call may have removed a payload from the log. */
  takeErased(): boolean {
    const hasErased = this.#hasErased;
    this.#hasErased = false;
    return hasErased;
  }

  append(events: readonly DraftColumns[]): AppendOutput {
    this.#insertEvent ??= this.#database.prepare(insertEvent);
    const { nowMs, nextSeq: firstSeq } = this.#head;
    for (const { mark, channel, message, topic, also, entity = null, payload } of events) {
      const seq = this.#head.nextSeq;
      this.#insertEvent.run(seq, mark, channel, message, topic, also, entity, payload, nowMs);
      this.#head.advance();
    }
    return { firstSeq, createdAtMs: nowMs };
  }
}
