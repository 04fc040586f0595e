import { describe, expect, it } from 'vitest';
import { startRest } from './rest-server.ts';

const page = 'https://app.example';
const list = { kind: 'list', origins: [page] } as const;

describe('a page of another origin', () => {
  it('that is allowed may read responses and refusals, and the headers it needs', async () => {
    const { url } = await startRest({ origins: list });
    for (const path of ['/note/get/a', '/note/get/%zz', '/nowhere']) {
      const { headers } = await fetch(url + path, { headers: { Origin: page } });
      expect(headers.get('access-control-allow-origin')).toBe(page);
      expect(headers.get('access-control-expose-headers')).toBe('X-Request-Id,Retry-After');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')).toBe('Origin');
      expect(headers.get('x-request-id')).not.toBeNull();
    }
  });

  it('that is allowed may ask beforehand', async () => {
    const { url, completed } = await startRest({ origins: list });
    const response = await fetch(`${url}/note/create`, {
      method: 'OPTIONS',
      headers: {
        Origin: page,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('x-request-id')).not.toBeNull();
    expect(response.headers.get('access-control-allow-origin')).toBe(page);
    expect(response.headers.get('access-control-allow-methods')).toBe('GET,HEAD,PUT,POST,DELETE,PATCH');
    expect(response.headers.get('access-control-allow-headers')).toBe(
      'Authorization,Content-Type,Idempotency-Key,X-Request-Id',
    );
    expect(completed).toEqual([['none', 204]]);
  });

  it('that is not allowed is told nothing, before and after', async () => {
    const { url } = await startRest({ origins: list });
    const headers = { Origin: 'https://evil.example' };
    const asked = await fetch(`${url}/note/create`, { method: 'OPTIONS', headers });
    const read = await fetch(`${url}/note/get/a`, { headers });
    expect([asked.status, read.status]).toEqual([405, 200]);
    for (const response of [asked, read]) {
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });

  it('may read everything where any is allowed', async () => {
    const { url } = await startRest({ origins: { kind: 'any' } });
    const { headers } = await fetch(`${url}/note/get/a`, { headers: { Origin: 'null' } });
    expect(headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('a page of the same origin', () => {
  it('may read responses', async () => {
    const { url } = await startRest({ origins: { kind: 'same-origin' } });
    const allowedTo = async (origin: string) => {
      const { headers } = await fetch(`${url}/note/get/a`, { headers: { Origin: origin } });
      return headers.get('access-control-allow-origin');
    };
    expect(await allowedTo(url)).toBe(url);
    expect(await allowedTo('http://127.0.0.1')).toBeNull();
  });
});
