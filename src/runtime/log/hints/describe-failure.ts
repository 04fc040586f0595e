import { errorCode } from '../../shared/errors.ts';
import type { BrokerUrl } from './broker-url.ts';

const maxLength = 300;

/** What a client of an engine threw, in one line of bounded length, without the password or the token. */
export function describeFailure(
  thrown: unknown,
  { username, password = username }: Pick<BrokerUrl, 'username' | 'password'>,
): string {
  const text = reasonsOf(thrown, 0).filter(isNotRepeated).join(': ').replaceAll(/\s+/g, ' ');
  const clean = password === undefined ? text : text.replaceAll(password, '***');
  return clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean;
}

/** From what was tried to what went wrong: clients wrap errors in others. */
function reasonsOf(thrown: unknown, depth: number): readonly string[] {
  if (!(thrown instanceof Error)) return [String(thrown)];
  // Where a name has several addresses, the error that tells of all has no text of its own.
  const own = thrown.message === '' ? errorCode(thrown) : plain(thrown.message);
  const inner: unknown = thrown instanceof AggregateError ? thrown.errors.at(-1) : thrown.cause;
  return inner === undefined || depth > 4 ? [own] : [own, ...reasonsOf(inner, depth + 1)];
}

/** OpenSSL says in which line of its source it was. */
function plain(message: string): string {
  const [, ofTls] = /:SSL routines:[^:]*:([^:]+)/.exec(message) ?? [];
  return ofTls === undefined ? message.replace(/\.$/, '') : `TLS: ${ofTls}`;
}

function isNotRepeated(reason: string, index: number, reasons: readonly string[]): boolean {
  return reason !== reasons[index + 1];
}
