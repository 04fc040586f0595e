import { describe, expect, it } from 'vitest';
import { copyProject } from '../support/project-copy.ts';

/** Adds a message `comment` to the contract, not yet part of an operation. */
const withComment = [
  [
    '/components/schemas/CommentMessage',
    {
      type: 'object',
      description: 'The frame that announces a comment.',
      additionalProperties: false,
      required: ['type', 'text'],
      properties: { type: { type: 'string', const: 'comment' }, text: { type: 'string' } },
    },
  ],
  [
    '/components/messages/comment',
    {
      summary: 'A comment on a post.',
      payload: { $ref: '#/components/schemas/CommentMessage' },
      examples: [{ payload: { type: 'comment', text: 'So they are.' } }],
    },
  ],
  ['/channels/postFeedPosted/messages/comment', { $ref: '#/components/messages/comment' }],
] as const;

const comment = { $ref: '#/channels/postFeedPosted/messages/comment' };

describe('the type check', () => {
  it('passes for the unchanged project', async () => {
    const project = copyProject();
    expect(await project.typeCheck()).toEqual({ code: 0, output: '' });
  });

  it('fails until the code uses the new name of a field', async () => {
    const project = copyProject();
    project.change('asyncapi.json', ['postText', 'postBody']);
    project.change('openapi.yaml', ['author_user_id', 'author_id']);
    expect(await project.generate()).toMatchObject({ code: 0 });
    const { code, output } = await project.typeCheck();
    expect(code).not.toBe(0);
    expect(output).toMatch(/src\/feed-server\/store\/feed-writes\.ts.*'postText' does not exist/);
    expect(output).toMatch(/src\/feed-server\/handlers\/operations\.ts.*'author_user_id' does not exist/);
  });

  it('fails until a new operation of either contract has a handler', async () => {
    const project = copyProject();
    project.set(...withComment, [
      '/operations/receiveComment',
      {
        action: 'receive',
        description: 'A client comments.',
        channel: { $ref: '#/channels/postFeedPosted' },
        messages: [comment],
      },
    ]);
    project.change('openapi.yaml', [
      'paths:\n',
      `paths:
  /post/count:
    get:
      operationId: countPosts
      summary: Count the posts.
      responses:
        '200':
          description: The number.
          content:
            application/json:
              schema: { $ref: '#/components/schemas/Offset' }
`,
    ]);
    expect(await project.generate()).toMatchObject({ code: 0 });
    const { code, output } = await project.typeCheck();
    expect(code).not.toBe(0);
    expect(output).toMatch(/src\/feed-server\/feed-server\.ts.*'receiveComment' is missing/);
    expect(output).toMatch(/src\/feed-server\/handlers\/operations\.ts.*'countPosts' is missing/);
  });

  it('fails when a handler is missing', async () => {
    const project = copyProject();
    project.change('src/feed-server/handlers/operations.ts', ['async getUser(', 'async getUsers(']);
    const { code, output } = await project.typeCheck();
    expect(code).not.toBe(0);
    expect(output).toMatch(/src\/feed-server\/handlers\/operations\.ts.*'getUsers' does not exist/);
  });
});

describe('a contract without its security', () => {
  it('is not generated, because durable messages need users', async () => {
    const project = copyProject();
    project.set(['/servers/feed/security', []]);
    const { code, output } = await project.generate();
    expect(code).not.toBe(0);
    expect(output).toContain('a durable channel needs users');
  });
});
