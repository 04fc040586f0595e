/**
 * Returns a function that reads the id of a token's key from its header, before anything is verified. The id is undefined
 * for a malformed token, too.
 *
 * Tokens signed with the same key have the same header as a rule, so the last one read is kept.
 */
export function createKidOf(): (token: string) => string | undefined {
  let lastHeader = '';
  let lastKid: string | undefined;

  return (token) => {
    const end = token.indexOf('.');
    const header = end === -1 ? token : token.slice(0, end);
    if (header !== lastHeader) {
      lastKid = read(header);
      lastHeader = header;
    }
    return lastKid;
  };
}

function read(header: string): string | undefined {
  try {
    const fields: unknown = JSON.parse(Buffer.from(header, 'base64url').toString());
    const kid = typeof fields === 'object' && fields !== null && 'kid' in fields ? fields.kid : undefined;
    return typeof kid === 'string' ? kid : undefined;
  } catch {
    return undefined;
  }
}
