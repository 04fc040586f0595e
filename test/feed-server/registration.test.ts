import { describe, expect, it } from 'vitest';
import { isUser } from '../../generated/openapi/validators.ts';
import { request, startFeed } from '../support/feed-server.ts';

const dayMs = 86_400_000;
const names = { first_name: 'Ada', second_name: 'Lovelace' };

function dateIn(days: number): string {
  return new Date(Date.now() + days * dayMs).toISOString().slice(0, 10);
}

describe('POST /user/register', () => {
  it('accepts birthdates from 0001-01-01 to today', async () => {
    const { url } = await startFeed();
    const register = (birthdate: string) =>
      request(url, 'POST', '/user/register', { body: { ...names, birthdate, password: 'secret' } });
    for (const birthdate of ['0001-01-01', '1815-12-10', dateIn(0)]) {
      const { body } = await register(birthdate);
      const id = String((body as { readonly user_id?: unknown }).user_id);
      expect((await request(url, 'GET', `/user/get/${id}`)).body).toMatchObject({ birthdate });
    }
    for (const birthdate of [
      '0000-12-31',
      dateIn(2),
      '9999-12-31',
      '2025-02-30',
      '-0001-01-01',
      '2025-1-1',
    ]) {
      expect([birthdate, (await register(birthdate)).status]).toEqual([birthdate, 400]);
    }
    expect((await register(dateIn(2))).body).toMatchObject({
      message: '`birthdate` must not be later than today in UTC.',
    });
  });

  it('accepts U+0000 in a password, which is not stored, and nowhere else', async () => {
    const { url } = await startFeed();
    const password = 'a\0b';
    const register = (more: object) =>
      request(url, 'POST', '/user/register', { body: { ...names, password, ...more } });
    const { user_id: id } = (await register({})).body as { readonly user_id: string };
    const login = async (given: string) =>
      (await request(url, 'POST', '/login', { body: { id, password: given } })).status;
    expect([await login(password), await login('a')]).toEqual([200, 401]);
    for (const field of ['first_name', 'second_name', 'biography', 'city']) {
      expect([field, (await register({ [field]: 'a\0b' })).status]).toEqual([field, 400]);
    }
  });
});

it('may send any birthdate with which earlier versions have registered a user', () => {
  const id = '7b1f0f54-65a7-4c1e-9a36-0c5c1f3f8a11';
  for (const birthdate of ['0000-01-01', '9999-12-31']) {
    expect(isUser({ id, ...names, birthdate }), birthdate).toBe(true);
  }
});
