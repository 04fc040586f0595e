import { describe, expect, it, onTestFinished } from 'vitest';
import { serveOperations } from '../../../../src/runtime/node/serve-operations.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { handlers, operations, security } from '../../rest/operations.ts';

describe('operations without channels', () => {
  it('are served with what every server has', async () => {
    const server = serveOperations(operations, handlers, { security, log: silentLog, title: 'notes' });
    const running = await server.listen({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => void running.close({ drain: false }));
    const { url } = running;
    const answers = await Promise.all(
      ['/note/get/7', '/healthz', '/elsewhere'].map(async (path) => {
        const response = await fetch(new URL(path, url));
        return [response.status, await response.text()];
      }),
    );
    expect(answers).toEqual([
      [200, '{"text":"7"}'],
      [200, expect.any(String)],
      [404, expect.stringContaining('not_found')],
    ]);
    const headers = { authorization: 'Bearer of.ada' };
    const response = await fetch(new URL('/note/delete/ada', url), { method: 'PUT', headers });
    expect(response.status).toBe(200);
  });

  it('need a hook for each security scheme, and only limits of theirs', () => {
    const without = { security: {} as typeof security, log: silentLog };
    expect(() => serveOperations(operations, handlers, without)).toThrow('add a hook `bearerAuth`');
    const limits = { getNothing: { per: 'address', rate: 1, seconds: 1 } };
    const others = { security, log: silentLog, limits } as unknown as typeof without;
    expect(() => serveOperations(operations, handlers, others)).toThrow('getNothing');
  });
});
