import { describe, expect, it } from 'vitest';
import { allowOrigin, isAllowedOrigin, type OriginPolicy } from '../../../src/runtime/shared/origin.ts';

const any: OriginPolicy = { kind: 'any' };
const sameOrigin: OriginPolicy = { kind: 'same-origin' };
const list: OriginPolicy = {
  kind: 'list',
  origins: ['HTTPS://App.Example:443', 'http://localhost:3000', 'capacitor://localhost', 'null'],
};

describe('an origin policy', () => {
  it.each([any, sameOrigin, list])('of kind $kind allows a client that is not a browser', (policy) => {
    expect(isAllowedOrigin(policy, undefined, 'posted.example')).toBe(true);
  });

  it('of kind any allows every page, including those without an origin', () => {
    expect(isAllowedOrigin(any, 'https://evil.example', 'posted.example')).toBe(true);
    expect(isAllowedOrigin(any, 'null', 'posted.example')).toBe(true);
  });

  it.each([
    ['https://posted.example', 'posted.example', true],
    ['http://posted.example', 'posted.example', true],
    ['https://posted.example', 'Posted.Example:443', true],
    ['HTTPS://POSTED.EXAMPLE', 'posted.example', true],
    ['http://posted.example:80', 'posted.example', true],
    ['http://127.0.0.1:8080', '127.0.0.1:8080', true],
    ['http://[::1]:8080', '[::1]:8080', true],
    ['https://posted.example', 'posted.example:80', false],
    ['http://posted.example:8081', 'posted.example:8080', false],
    ['http://localhost:8080', '127.0.0.1:8080', false],
    ['https://evil.example', 'posted.example', false],
    ['https://posted.example.evil.example', 'posted.example', false],
    ['chrome-extension://posted.example', 'posted.example', false],
    ['https://posted.example', undefined, false],
    ['https://', '', false],
    ['https:// ', ' ', false],
    ['', '', false],
    ['null', 'null', false],
  ])('of kind same-origin, for a page of %j and the host %j, returns %j', (origin, host, allowed) => {
    expect(isAllowedOrigin(sameOrigin, origin, host)).toBe(allowed);
  });

  it.each([
    ['https://app.example', true],
    ['https://APP.example:443', true],
    ['http://localhost:3000', true],
    ['capacitor://localhost', true],
    ['http://app.example', false],
    ['https://app.example:8443', false],
    ['http://localhost', false],
    ['https://sub.app.example', false],
    ['https://app.example https://evil.example', false],
    ['null', false],
    ['', false],
  ])('of kind list, for a page of %j, returns %j', (origin, allowed) => {
    expect(isAllowedOrigin(list, origin, 'posted.example')).toBe(allowed);
  });

  it.each([
    ['https://posted.example', true],
    ['http://localhost:5173', true],
    ['http://127.0.0.1:5173', false],
    ['null', false],
  ])('of kind same-origin with further origins, for a page of %j, returns %j', (origin, allowed) => {
    const policy: OriginPolicy = { kind: 'same-origin', and: ['http://localhost:5173', 'null'] };
    expect(isAllowedOrigin(policy, origin, 'posted.example')).toBe(allowed);
  });
});

describe('the way to allow an origin', () => {
  const policy: OriginPolicy = { kind: 'same-origin', and: ['http://localhost:5173'] };

  it.each([
    [undefined, "origins: ['http://localhost:5173', 'https://app.example']"],
    ['ALLOWED_ORIGINS', 'ALLOWED_ORIGINS=http://localhost:5173,https://app.example'],
    ['origins in settings.json', 'add https://app.example to origins in settings.json'],
  ])('with the setting name %j is %j', (settingName, remedy) => {
    expect(allowOrigin('https://app.example', policy, settingName)).toBe(remedy);
  });
});
