import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { contractOf, writeFiles } from './documents/load.ts';
import { tempFolder } from './generator.ts';

const folder = tempFolder();

/** The constants of a contract's only message. */
async function constantsOf(name: string, message: object, others?: object) {
  writeFiles(folder, { [`${name}.json`]: contractOf(message, others) });
  const { model } = await loadAsyncapi(join(folder, `${name}.json`));
  return model.channels[0]?.send[0]?.constants;
}

const object = (properties: object, required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
});

const branch = (kind: string) => object({ type: { const: 'said' }, kind: { const: kind } }, ['type', 'kind']);

describe('the constants of a message', () => {
  it('are its required properties with one possible value', async () => {
    const properties = {
      type: { const: 'said' },
      version: { enum: [2] },
      none: { const: null },
      level: { enum: ['low', 'high'] },
      text: { type: 'string' },
    };
    const payload = object(properties, Object.keys(properties));
    expect(await constantsOf('required', { payload })).toEqual({ type: 'said', version: 2, none: null });
  });

  it('do not include optional properties, which an application may omit', async () => {
    expect(await constantsOf('optional', { payload: object({ urgent: { const: true } }, []) })).toEqual({});
  });

  it('have the same value in every branch of the schema', async () => {
    const payload = { oneOf: [branch('a'), branch('b')] };
    expect(await constantsOf('branches', { payload })).toEqual({ type: 'said' });
  });

  it('are found behind references and in all parts of an `allOf`', async () => {
    const components = { schemas: { Said: object({ type: { const: 'said' } }, ['type']) } };
    const payload = { allOf: [{ $ref: '#/components/schemas/Said' }, object({ text: {} }, ['text'])] };
    expect(await constantsOf('parts', { payload }, { components })).toEqual({ type: 'said' });
  });

  it('are not those of headers or payload', async () => {
    const part = object({ type: { const: 'said' } }, ['type']);
    expect(await constantsOf('headers', { payload: part, headers: part })).toEqual({});
  });

  it.each([
    ['bytes', { contentType: 'application/octet-stream' }],
    ['text', { contentType: 'text/plain', payload: { const: 'said' } }],
    ['string', { payload: { const: 'said' } }],
  ])('do not exist in a message that is not an object: %s', async (name, message) => {
    expect(await constantsOf(name, message)).toEqual({});
  });

  it('include an optional property that identifies the message', async () => {
    const channel = { $ref: '#/channels/room' };
    const document = {
      asyncapi: '3.0.0',
      info: { title: 'Room', version: '1.0.0' },
      channels: {
        room: {
          address: '/room',
          messages: {
            said: { payload: object({ type: { const: 'said' } }, []) },
            left: { payload: object({ type: { enum: ['left', 'gone'] } }, []) },
          },
        },
      },
      operations: { tell: { action: 'send', channel } },
    };
    writeFiles(folder, { 'tags.json': document });
    const { model } = await loadAsyncapi(join(folder, 'tags.json'));
    expect(model.channels[0]?.send.map(({ constants }) => constants)).toEqual([{ type: 'said' }, {}]);
  });
});
