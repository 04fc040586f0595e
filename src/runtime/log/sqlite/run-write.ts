import type { Log } from '../../shared/log.ts';
import type { RunWrite } from '../engine.ts';
import { newMark } from '../new-mark.ts';
import type { PendingLimit } from '../pending-limit.ts';
import { keyHash } from '../writes/key-hash.ts';
import { type EarlyRenderer, earlyRenderer } from '../writes/payload.ts';
import type { RegisteredWrite } from '../writes/registered-write.ts';
import { storableText } from '../writes/storable-text.ts';
import { writtenEvent } from '../writes/written-event.ts';
import { toValues } from './row-values.ts';
import type { SqliteWriter } from './sqlite-writer.ts';

interface PreparedWrite {
  readonly write: RegisteredWrite;
  readonly render: EarlyRenderer;
}

/** The writes of an engine, by their names. */
export class RegisteredWrites {
  readonly #writer: SqliteWriter;
  readonly #limit: PendingLimit;
  readonly #log: Log;
  readonly #definitions = new Map<string, string>();

  constructor(writer: SqliteWriter, limit: PendingLimit, log: Log) {
    this.#writer = writer;
    this.#limit = limit;
    this.#log = log;
  }

  /** @throws Error if the name has another definition */
  register(write: RegisteredWrite): RunWrite {
    const definition = JSON.stringify(write);
    const known = this.#definitions.get(write.name) ?? definition;
    if (known !== definition)
      throw new Error(`The write ${write.name} cannot be registered: its name has another definition.`);
    this.#definitions.set(write.name, definition);
    this.#writer.request('register', write).catch((err: unknown) => {
      this.#log.error({ err, write: write.name }, 'a write could not be registered and will fail');
    });
    const prepared = { write, render: earlyRenderer(write) };
    return (row, key) => this.#limit.run(() => this.#run(prepared, row, key));
  }

  async #run(
    { write, render }: PreparedWrite,
    row: Readonly<Record<string, unknown>>,
    key: string | undefined,
  ): ReturnType<RunWrite> {
    const rendered = render(row);
    const mark = newMark();
    const isKeyed = key !== undefined && write.key !== null;
    const [createdAtMs, seq, isWritten, returned, payload, first] = await this.#writer.request('write', [
      write.name,
      mark,
      rendered,
      isKeyed ? storableText('key', key) : null,
      isKeyed ? keyHash(write, row) : null,
      ...toValues(write.columns, row),
    ]);
    const event =
      seq === null
        ? null
        : writtenEvent(write, row, { seq, mark, createdAtMs, payload: payload ?? rendered });
    return { seq, isWritten, returned: returned ?? {}, first, event };
  }
}
