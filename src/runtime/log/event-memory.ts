import { isMessage, type LogEvent } from './event.ts';

/** The memory that an event takes besides its payload. */
const overheadBytes = 500;

/** An estimate of the memory that an event takes, with its encoded frame. */
export function memoryOf(event: LogEvent): number {
  return overheadBytes + (isMessage(event) ? (event.payload?.length ?? 0) * 4 : 0);
}
