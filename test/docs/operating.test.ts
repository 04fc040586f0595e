import { describe, expect, it } from 'vitest';
import { WorkerMetrics } from '../../src/runtime/node/metrics/worker-metrics.ts';
import { startFeed } from '../support/feed-server.ts';
import { readPage } from './examples.ts';

describe('docs/operating.md', () => {
  it('lists every metric', async () => {
    const { url } = await startFeed();
    const ofServer = await (await fetch(`${url}/metrics`)).text();
    const ofWorkers = await new WorkerMetrics({ droppedLogRecords: () => 0 }).render();
    const exported = [...(ofServer + ofWorkers).matchAll(/^# TYPE (posted_\w+)/gm)].map(([, name]) => name);
    const documented = readPage('docs/operating.md').match(/\bposted_\w+/g);
    expect(new Set(documented)).toEqual(new Set(exported));
  });
});
