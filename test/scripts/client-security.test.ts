import { expect, it } from 'vitest';
import { contract } from '../../generated/asyncapi/channels.ts';
import { postFeedPosted } from '../../generated/asyncapi/client.ts';

interface Secured {
  readonly security: readonly { readonly name: string }[];
}

function namesOf({ security }: Secured): readonly string[] {
  return security.map(({ name }) => name);
}

it('a security scheme with `x-client: false` is accepted by servers and unknown to generated clients', () => {
  expect(Object.values(contract.channels).flatMap(namesOf)).toEqual(['bearerAuth', 'ticketAuth']);
  expect(namesOf(postFeedPosted)).toEqual(['bearerAuth']);
});
