import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { GenerationError } from '../../scripts/posted/contract/generation-error.ts';
import { loadOpenapi } from '../../scripts/posted/openapi/load-openapi.ts';
import { loadOrders, problemsWith } from './delivery/orders.ts';
import { writeFiles } from './documents/load.ts';
import { tempFolder } from './generator.ts';

const folder = tempFolder();
const limit = { per: 'user', rate: 5, seconds: 1 };
const order = '/operations/order/x-limits';
const example = '{ per: user, rate: 5, seconds: 1 }';

describe('x-limits of an AsyncAPI document', () => {
  it('are read from operations, channels and messages', async () => {
    const { model } = await loadOrders({
      [order]: limit,
      '/channels/orders/x-limits': [limit, { per: 'address', rate: 0.5, seconds: 60, burst: 3 }],
      '/channels/orders/messages/placeOrder/x-limits': limit,
    });
    const [channel] = model.channels;
    const read = { ...limit, burst: null };
    expect(channel?.limits).toEqual([read, { per: 'address', rate: 0.5, seconds: 60, burst: 3 }]);
    expect(channel?.operations.map(({ name, limits }) => [name, limits])).toContainEqual(['order', [read]]);
    expect(channel?.receive.map(({ name, limits }) => [name, limits])).toContainEqual(['placeOrder', [read]]);
  });

  it.each([
    [order, true, `65:5  ${order}  a limit must be an object; write it as in \`${example}\``],
    [
      order,
      [],
      `65:5  ${order}  x-limits must be a limit, or a list of 1 to 8; write one as in \`${example}\``,
    ],
    [
      order,
      { rate: 5, seconds: 1 },
      `65:5  ${order}  a limit must have \`per\`; add it, as in \`${example}\``,
    ],
    [
      order,
      { ...limit, per: 'browser' },
      `66:7  ${order}/per  \`per\` must be \`user\` or \`address\`; write it as in \`per: user\``,
    ],
    [
      order,
      [limit, { ...limit, rate: 0 }],
      `70:9  ${order}/1/rate  \`rate\` must be a number above 0; write it as in \`rate: 5\``,
    ],
    [
      order,
      { ...limit, seconds: '1 s' },
      `68:7  ${order}/seconds  \`seconds\` must be a number above 0; write it as in \`seconds: 1\``,
    ],
    [
      order,
      { ...limit, burst: 1.5 },
      `69:7  ${order}/burst  \`burst\` must be an integer above 0; write it as in \`burst: 10\``,
    ],
    [
      order,
      { ...limit, brust: 5 },
      `69:7  ${order}/brust  a limit has no field \`brust\`; write \`burst\`, or remove it`,
    ],
    [
      '/operations/announce/x-limits',
      limit,
      '59:5  /operations/announce/x-limits  the server starts this operation, so nothing is limited; remove x-limits',
    ],
    [
      '/components/messages/orderPlaced/x-limits',
      limit,
      '76:7  /components/messages/orderPlaced/x-limits  no client starts an operation with this message, so nothing is limited; remove x-limits',
    ],
  ])('are refused at %s as %j', async (pointer, value, problem) => {
    expect(await problemsWith({ [pointer]: value })).toEqual([problem]);
  });

  it('need users to be per user', async () => {
    const changes = {
      '/servers/shop/security': undefined,
      '/channels/orders/x-delivery': undefined,
      '/channels/orders/x-limits': limit,
    };
    expect(await problemsWith(changes)).toEqual([
      "43:5  /channels/orders/x-limits  a limit per user needs users; add `security` to the channel's servers, or use `per: address`",
    ]);
  });
});

/** The problems of an OpenAPI document whose only operation has these limits. */
async function restProblems(limits: unknown, security?: object): Promise<string> {
  const get = {
    operationId: 'ask',
    security,
    'x-limits': limits,
    responses: { 200: { description: 'Done' } },
  };
  const document = {
    openapi: '3.1.0',
    info: { title: 'Desk', version: '1.0.0' },
    paths: { '/ask': { get: JSON.parse(JSON.stringify(get)) } },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  };
  const file = join(folder, 'desk.yaml');
  writeFiles(folder, { 'desk.yaml': stringify(document) });
  try {
    const { model } = await loadOpenapi(file);
    return JSON.stringify(model.operations[0]?.limits);
  } catch (thrown) {
    if (!(thrown instanceof GenerationError)) throw thrown;
    return thrown.message.replace(`${file}:`, '');
  }
}

describe('x-limits of an OpenAPI document', () => {
  it('are read from operations', async () => {
    expect(await restProblems(limit, [{ token: [] }])).toBe(JSON.stringify([{ ...limit, burst: null }]));
  });

  it('need users to be per user', async () => {
    expect(await restProblems(limit)).toBe(
      '9:7  /paths/~1ask/get/x-limits  a limit per user needs users; add `security`, or use `per: address`',
    );
  });

  it('are refused where they are wrong', async () => {
    expect(await restProblems({ per: 'address', rate: -1, seconds: 1 })).toBe(
      '11:9  /paths/~1ask/get/x-limits/rate  `rate` must be a number above 0; write it as in `rate: 5`',
    );
  });
});
