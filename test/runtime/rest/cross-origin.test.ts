import { describe, expect, it } from 'vitest';
import { startRest } from './rest-server.ts';

const page = 'https://app.example';
const list = { kind: 'list', origins: [page] } as const;

describe('a page of another origin', () => {
  it('can read responses, errors, and the headers of the contract if it is allowed', async () => {
    const { url } = await startRest({ origins: list });
    for (const path of ['/note/get/a', '/note/get/%zz', '/nowhere']) {
      const { headers } = await fetch(url + path, { headers: { Origin: page } });
      expect(headers.get('access-control-allow-origin')).toBe(page);
      expect(headers.get('access-control-expose-headers')).toBe('X-Request-Id,Retry-After,Link,X-Total');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')).toBe('Origin');
      expect(headers.get('x-request-id')).not.toBeNull();
    }
  });

  it('gets an answer to its preflight if it is allowed', async () => {
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

  it('gets no CORS headers if it is not allowed, and is logged with the fix', async () => {
    const { url, logged } = await startRest({ origins: list });
    const headers = { Origin: 'https://other.example' };
    const preflight = await fetch(`${url}/note/create`, { method: 'OPTIONS', headers });
    const read = await fetch(`${url}/note/get/a`, { headers });
    expect([preflight.status, read.status]).toEqual([405, 200]);
    for (const response of [preflight, read]) {
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
    const warnings = logged.filter(([level]) => level === 'warn');
    expect(warnings.map(([, { origin, remedy }, message]) => [{ origin, remedy }, message])).toEqual(
      [preflight, read].map(() => [
        {
          origin: 'https://other.example',
          remedy: "origins: ['https://app.example', 'https://other.example']",
        },
        'a page from another origin cannot read the response',
      ]),
    );
  });

  it('is logged with the name of the setting to change, a few times', async () => {
    const { url, logged } = await startRest({ origins: list, settingNames: { origins: 'ALLOWED_ORIGINS' } });
    for (let count = 0; count < 7; count += 1) {
      await fetch(`${url}/note/get/a`, { headers: { Origin: 'https://other.example' } });
    }
    const warnings = logged.filter(([level]) => level === 'warn');
    expect(warnings.map(([, { remedy }]) => remedy)).toEqual(
      Array.from({ length: 5 }, () => 'ALLOWED_ORIGINS=https://app.example,https://other.example'),
    );
  });

  it('can read everything if any origin is allowed', async () => {
    const { url } = await startRest({ origins: { kind: 'any' } });
    const { headers } = await fetch(`${url}/note/get/a`, { headers: { Origin: 'null' } });
    expect(headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('a page of the same origin', () => {
  it('can read responses, and is not logged', async () => {
    const { url, logged } = await startRest({ origins: { kind: 'same-origin' } });
    const allowedOrigin = async (origin: string) => {
      const { headers } = await fetch(`${url}/note/get/a`, { headers: { Origin: origin } });
      return headers.get('access-control-allow-origin');
    };
    expect(await allowedOrigin(url)).toBe(url);
    expect(logged.filter(([level]) => level === 'warn')).toEqual([]);
    expect(await allowedOrigin('http://127.0.0.1')).toBeNull();
  });
});
