import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type LoadAsyncapiOptions, loadAsyncapi } from '../../../scripts/posted/asyncapi/load-asyncapi.ts';
import { GenerationError } from '../../../scripts/posted/contract/generation-error.ts';
import { valueAt } from '../../../scripts/posted/contract/json-pointer.ts';

/** The path of the contract in a folder next to this file. */
export function documentIn(name: string): string {
  return `test/scripts/documents/${name}/contract.yaml`;
}

/** Loads a contract. Returns a function for the bundled document's values, by JSON Pointer. */
export async function bundled(
  file: string,
  options?: LoadAsyncapiOptions,
): Promise<(pointer: string) => unknown> {
  const { document } = await loadAsyncapi(file, options);
  return (pointer) => valueAt(document.value, pointer);
}

/** The formatted problems of a contract, with paths relative to its folder. */
export async function problemsOf(file: string, options?: LoadAsyncapiOptions): Promise<readonly string[]> {
  try {
    await loadAsyncapi(file, options);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof GenerationError)) throw thrown;
    return thrown.message.replaceAll(`${dirname(file)}/`, '').split('\n');
  }
}

/** Writes files by their paths in a folder: text as it is, any other value as JSON. */
export function writeFiles(folder: string, files: Readonly<Record<string, unknown>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

/** A contract with one channel, in which the server sends one message. */
export function contractOf(message: object, others: object = {}): object {
  return {
    asyncapi: '3.0.0',
    info: { title: 'Room', version: '1.0.0' },
    channels: { room: { address: '/room', messages: { said: message } } },
    operations: { tell: { action: 'send', channel: { $ref: '#/channels/room' } } },
    ...others,
  };
}
