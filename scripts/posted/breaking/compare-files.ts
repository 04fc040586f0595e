import { loadAsyncapi } from '../asyncapi/load-asyncapi.ts';
import { isOpenapi } from '../contract/document-kind.ts';
import { GenerationError } from '../contract/generation-error.ts';
import type { LoadOptions } from '../generate-files.ts';
import { loadOpenapi } from '../openapi/load-openapi.ts';
import type { Change } from './change.ts';
import { compareAsyncapi } from './compare-asyncapi.ts';
import { compareOpenapi } from './compare-openapi.ts';

/**
 * Compares two versions of a contract, both AsyncAPI or both OpenAPI.
 *
 * @throws GenerationError if one of them is invalid, or is of another kind than the other
 */
export async function compareFiles(
  old: string,
  current: string,
  options: LoadOptions,
): Promise<readonly Change[]> {
  const [oldIsRest, isRest] = [await isOpenapi(old), await isOpenapi(current)];
  if (oldIsRest !== isRest) {
    const what = `this is an ${isRest ? 'OpenAPI' : 'AsyncAPI'} document, and the other one is not`;
    throw new GenerationError([
      { file: current, line: 1, column: 1, pointer: '', what, fix: 'compare two versions of one document' },
    ]);
  }
  if (isRest) {
    // A client takes more documents than a server.
    const rest = { strict: options.strict, use: 'client' } as const;
    return compareOpenapi(await loadOpenapi(old, rest), await loadOpenapi(current, rest));
  }
  return compareAsyncapi(await loadAsyncapi(old, options), await loadAsyncapi(current, options));
}
