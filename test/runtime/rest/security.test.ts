import { describe, expect, it } from 'vitest';
import { createRestApp } from '../../../src/runtime/rest/app.ts';
import type { HandlersOf, Operations, SecurityHook } from '../../../src/runtime/rest/operation-handlers.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import { operations, type Reader, security } from './operations.ts';
import { serve } from './rest-server.ts';

const secured = {
  whoAmI: {
    ...operations.getFirstNote,
    operationId: 'whoAmI',
    method: 'PUT',
    path: '/note/delete',
    security: ['strict', 'bearerAuth'],
    responses: operations.createNote.responses,
  },
} as const satisfies Operations;

async function fetchSecured(hooks: Record<'strict' | 'bearerAuth', SecurityHook<Reader>>) {
  const handlers: HandlersOf<typeof secured, Reader> = { whoAmI: async (_request, { user }) => user.name };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const app = createRestApp({
    operations: secured,
    handlers,
    security: hooks,
    observer: { requestCompleted() {}, bodyInvalid() {} },
    log,
    origins: { kind: 'any' },
    limits: { bodyBytes: 1000 },
  });
  const { url } = await serve({ app, log });
  return await fetch(`${url}/note/delete`, { method: 'PUT', headers: { Authorization: 'Bearer of.ada' } });
}

describe('security', () => {
  it('gives the handler the user of the first hook that accepts the token', async () => {
    const response = await fetchSecured({
      strict: () => {
        throw new PostedError('unauthorized', 'Not mine.');
      },
      bearerAuth: security.bearerAuth,
    });
    expect(await response.json()).toBe('ada');
  });

  it('fails if a hook fails with another error, even if the next one would accept the token', async () => {
    const response = await fetchSecured({
      strict: () => {
        throw new Error('the key is gone');
      },
      bearerAuth: security.bearerAuth,
    });
    expect(response.status).toBe(500);
  });

  it('refuses the request if the scheme has no hook', async () => {
    const response = await fetchSecured({} as Parameters<typeof fetchSecured>[0]);
    expect(response.status).toBe(401);
  });
});
