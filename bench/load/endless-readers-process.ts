/** The child process of endless-readers.ts. Arguments: port, readers as JSON. */
import { Agent, get } from 'node:http';
import type { EndlessReader, Reads } from './endless-readers.ts';

interface Answer {
  readonly status: number;
  readonly bytes: number;
}

const [, , port, json = '[]'] = process.argv;
const byStatus: Record<number, number> = {};
const byPath: Record<string, number> = {};
let bytes = 0;

/** Resolves with the status, or with 0 without a response. */
function read(path: string, headers: EndlessReader['headers'], agent: Agent): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const request = get({ host: '127.0.0.1', port, path, headers, agent }, (response) => {
    let received = 0;
    response.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    response.once('close', () =>
      resolve({ status: response.complete ? (response.statusCode ?? 0) : 0, bytes: received }),
    );
  });
  request.once('error', () => resolve({ status: 0, bytes: 0 }));
  return promise;
}

async function readEndlessly({ paths, headers = {} }: EndlessReader): Promise<never> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let count = 0; ; count += 1) {
    const path = paths[count % paths.length] ?? '/';
    const answer = await read(path, headers, agent);
    byStatus[answer.status] = (byStatus[answer.status] ?? 0) + 1;
    bytes += answer.bytes;
    if (answer.status !== 200) continue;
    const name = path.replace(/\?.*/, '').replace(/\/[0-9a-f-]{36}$/, '');
    byPath[name] = (byPath[name] ?? 0) + 1;
  }
}

for (const reader of JSON.parse(json) as readonly EndlessReader[]) void readEndlessly(reader);
process.on('message', () => process.send?.({ byStatus, byPath, bytes } satisfies Reads));
process.once('disconnect', () => process.exit());
process.send?.('started');
