import type { RestOperation } from './rest-contract.ts';
import type { RequestWriter } from './rest-request.ts';
import { writeBody } from './write-body.ts';
import { writeHeader, writeQuery, writeSegment } from './write-values.ts';

/** For values in any style, cookies, and bodies of any content type. Few operations need it, so it is loaded on demand. */
export function requestWriter(operationId: string, operation: RestOperation): RequestWriter {
  const { formats = {}, contentType = 'application/json' } = operation;
  return {
    query: (values) => writeQuery(values, formats.query),
    segment: (name, value) => writeSegment(name, value, formats.params?.[name]),
    headers(values, { cookies = {} }) {
      const sent = Object.entries(values)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]): [string, string] => [name, writeHeader(value, formats.headers?.[name])]);
      const pairs = Object.entries(cookies)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${name}=${encodeURIComponent(writeHeader(value, formats.cookies?.[name]))}`);
      return { ...Object.fromEntries(sent), ...(pairs.length === 0 ? {} : { Cookie: pairs.join('; ') }) };
    },
    body: (request) => writeBody(operationId, request.contentType ?? contentType, request, formats.body),
  };
}
