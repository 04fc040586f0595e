import { posix } from 'node:path';
import { splitPointer } from '../contract/json-pointer.ts';
import type { Place } from '../contract/problems.ts';

/** Keys that say what stands behind them, and not whose it is. */
const structural =
  /^(\d+|payload|headers|query|schema|items|prefixItems|contains|not|if|then|else|allOf|anyOf|oneOf|propertyNames|additional(Items|Properties))$/;

/**
 * What is to be called a component that was none where it was written: as the last key that is a name, with what
 * follows it (`y-payload` of `#/channels/x/messages/y/payload`), else as its file.
 */
export function componentNameOf({ source, pointer }: Place): string {
  const keys = splitPointer(pointer);
  const last = keys.findLastIndex((key) => !structural.test(key));
  const [fileName = ''] = decodeURI(posix.basename(source.url.pathname)).split('.');
  const words = last === -1 ? [fileName, ...keys] : keys.slice(last);
  const name = words.join('-').replaceAll(/[^\w.-]+/g, '-');
  return name.replaceAll('-', '') === '' ? 'schema' : name;
}
