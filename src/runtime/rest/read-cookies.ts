/** The cookies of a request by name (RFC 6265 section 4.2). Of several with the same name, the first counts. */
export function readCookies(header: string | undefined): Readonly<Record<string, string>> {
  const cookies: Record<string, string> = Object.create(null);
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals === -1) continue;
    const name = pair.slice(0, equals).trim();
    const value = /^"?(.*?)"?$/s.exec(pair.slice(equals + 1).trim())?.[1] ?? '';
    cookies[name] ??= decoded(value);
  }
  return cookies;
}

/** Most libraries encode the values of cookies, although RFC 6265 does not. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
