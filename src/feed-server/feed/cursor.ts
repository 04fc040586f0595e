/**
 * A place in the log, as clients keep it: one opaque token that holds the epoch and the seq together,
 * so that the two cannot be mixed up with those of another history.
 */
export interface Cursor {
  /** Names a history of the log: a UUID. */
  readonly epoch: string;
  /** Of the last event that was processed. */
  readonly seq: number;
}

const epochBytes = 16;
const seqBytes = 6;

/** base64url of the 16 bytes of the epoch and the 6 of the seq (big-endian): 30 characters. */
export function encodeCursor({ epoch, seq }: Cursor): string {
  const bytes = Buffer.allocUnsafe(epochBytes + seqBytes);
  bytes.write(epoch.replaceAll('-', ''), 'hex');
  bytes.writeUIntBE(seq, epochBytes, seqBytes);
  return bytes.toString('base64url');
}

/** Null for a text that is no cursor. */
export function decodeCursor(text: string): Cursor | null {
  if (!/^[A-Za-z0-9_-]{30}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  const hex = bytes.toString('hex', 0, epochBytes);
  const epoch = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { epoch, seq: bytes.readUIntBE(epochBytes, seqBytes) };
}
