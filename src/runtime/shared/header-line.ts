/** Bytes with a header: JSON, which contains no line feed when it is written compactly, a line feed, and the body. */
const lineFeed = 0x0a;

/** Puts a header before the parts of a body. */
export function joinHeader(header: object, body: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...body]);
}

/** Splits untrusted bytes into the header, an object, and the body; undefined if they have no header. */
export function splitHeader(
  bytes: Uint8Array,
): { readonly header: Readonly<Record<string, unknown>>; readonly body: Uint8Array } | undefined {
  const end = bytes.indexOf(lineFeed);
  if (end === -1) return undefined;
  const header = parseObject(new TextDecoder().decode(bytes.subarray(0, end)));
  return header && { header, body: bytes.subarray(end + 1) };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
