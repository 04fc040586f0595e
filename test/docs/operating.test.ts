import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WorkerMetrics } from '../../src/runtime/node/metrics/worker-metrics.ts';
import { prepareProject, tempFolder, typeCheck } from '../scripts/generator.ts';
import { startFeed } from '../support/feed-server.ts';
import { bearer, connectClient, refusedHandshake } from '../support/websocket.ts';
import { adapt, findExample, readPage, readUntil, root, start } from './examples.ts';

describe('docs/operating.md', () => {
  it('lists every metric', async () => {
    const { url } = await startFeed();
    const ofServer = await (await fetch(`${url}/metrics`)).text();
    const ofWorkers = await new WorkerMetrics({ droppedLogRecords: () => 0 }).render();
    const exported = [...(ofServer + ofWorkers).matchAll(/^# TYPE (posted_\w+)/gm)].map(([, name]) => name);
    const documented = readPage('docs/operating.md').match(/\bposted_\w+/g);
    expect(new Set(documented)).toEqual(new Set(exported));
  });

  it('has a server of your own that compiles and serves', async () => {
    const project = tempFolder();
    prepareProject(project);
    symlinkSync(join(root, 'generated'), join(project, 'generated'));
    writeFileSync(
      join(project, 'tokens.ts'),
      `import { PostedError } from 'posted/server';
       export function verify(token: string): { readonly id: string } {
         if (token === 'secret') return { id: 'ann' };
         throw new PostedError('unauthorized', 'The token is wrong.');
       }`,
    );
    const example = findExample('docs/operating.md', 'ts', 'serve(contract');
    writeFileSync(join(project, 'server.ts'), adapt(example, '8080, drainMs: 5000', '0, drainMs: 0'));
    expect(await typeCheck(project)).toBe('');
    const running = start(process.execPath, ['server.ts'], { cwd: project });
    const [, url = ''] = /Listening on (\S+)\n/.exec(await readUntil(running, '\n')) ?? [];
    expect(await (await fetch(url)).text()).toBe('Posts');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const channel = `${url.replace('http', 'ws')}/post/feed/posted`;
    expect((await refusedHandshake(channel, bearer('wrong'))).status).toBe(401);
    const client = await connectClient(channel, bearer('secret'));
    client.webSocket.send(JSON.stringify({ type: 'ack', cursor: 'AAECAwQFBgcICQoLDA0ODwAAAAAAKg' }));
    expect(await readUntil(running, '\n')).toContain('"user":"ann","requestId":');
  });
});
