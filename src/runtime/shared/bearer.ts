/**
 * Reads the token from an Authorization header (RFC 6750 section 2.1): null where there is none, or
 * where what stands there is no bearer credential.
 */
export function readBearer(authorization: string | undefined): string | null {
  return /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(authorization ?? '')?.[1] ?? null;
}
