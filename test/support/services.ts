const requiresServices = process.env.REQUIRE_SERVICES === '1';

/**
 * For tests that need a program which not every machine has. Returns the reason to skip them, for their title, or
 * null if the program was found. With REQUIRE_SERVICES=1, a missing program is a failure.
 */
export function requireService(name: string, found: boolean): string | null {
  if (found) return null;
  if (requiresServices) {
    throw new Error(`${name} was not found, and REQUIRE_SERVICES=1 says that nothing may be skipped.`);
  }
  return `skipped: ${name} was not found`;
}
