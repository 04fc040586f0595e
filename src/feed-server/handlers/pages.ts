/** The largest body of a page, in bytes of JSON. */
export const maxPageBytes = 1_000_000;

/**
 * The items that fit into a page, in order, beside `otherBytes`. They always include the first, so that every page makes
 * progress.
 */
export function fitPage<Item>(items: readonly Item[], otherBytes = 0): Item[] {
  let bytes = otherBytes + '['.length;
  const end = items.findIndex((item, index) => {
    // With the comma or the bracket that follows.
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    return bytes > maxPageBytes && index > 0;
  });
  return items.slice(0, end === -1 ? items.length : end);
}

/**
 * The header of a page that another one may follow (RFC 8288). The target is relative and has only a query, so that it
 * is right behind a proxy that changes the path, too.
 */
export function linkToNext(query: Readonly<Record<string, string | number>>): { readonly Link: string } {
  const parameters = Object.entries(query).map(([name, value]) => [name, String(value)]);
  return { Link: `<?${new URLSearchParams(parameters)}>; rel="next"` };
}
