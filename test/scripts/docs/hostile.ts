/** Documents with attacks in every text that the page shows. */

/** A script that runs leaves its name in `globalThis.ran`. */
const attack = [
  '<script>globalThis.ran = "script"</script>',
  '<img src="http://other.invalid/pixel.png" onerror="globalThis.ran = \'image\'">',
  '<svg onload="globalThis.ran = \'svg\'"></svg><style>* { display: none }</style>',
  '<iframe srcdoc="<script>parent.ran = \'frame\'</script>"></iframe><form action="http://other.invalid"><button>go</button></form>',
  '<p class="fixed" style="position: fixed" id="content">over the page</p>',
  '[link](javascript:globalThis.ran="link") ![image](http://other.invalid/image.png)',
  '</textarea></div></section></main>--> ]]> `code` and **bold**',
].join('\n\n');

const url = 'javascript:globalThis.ran=1';
const externalDocs = { url, description: attack };
const tags = [{ name: '<b>tag</b>', description: attack, externalDocs }];
const schema = {
  type: 'object',
  title: attack,
  description: attack,
  required: ['<i>name</i>'],
  examples: [{ '<i>name</i>': attack }],
  properties: {
    '<i>name</i>': { type: 'string', const: attack, default: attack, description: attack },
    again: { $ref: '#/components/schemas/Hostile' },
  },
};
const info = {
  title: 'Hostile --> <script>globalThis.ran = "title"</script> */ body { display: none }',
  version: '1.0.0',
  description: attack,
  termsOfService: url,
  contact: { name: attack, url, email: "'onclick='ran@example.com" },
  license: { name: attack, url },
};

export const hostileAsyncapi = {
  asyncapi: '3.0.0',
  info: { ...info, tags, externalDocs },
  servers: {
    main: { host: 'localhost', protocol: 'ws', description: attack, tags, 'x-x': attack },
  },
  channels: {
    talk: {
      address: '/talk/{room}',
      description: attack,
      parameters: { room: { description: attack, enum: [attack, 'lobby'] } },
      messages: { said: { $ref: '#/components/messages/said' } },
      bindings: { ws: { method: 'GET', query: { $ref: '#/components/schemas/Hostile' } } },
      'x-note': attack,
    },
  },
  operations: {
    say: {
      action: 'receive',
      channel: { $ref: '#/channels/talk' },
      summary: attack,
      description: attack,
      tags,
      externalDocs,
      messages: [{ $ref: '#/channels/talk/messages/said' }],
      reply: {
        channel: { $ref: '#/channels/talk' },
        messages: [{ $ref: '#/channels/talk/messages/said' }],
      },
    },
  },
  components: {
    messages: {
      said: {
        title: attack,
        summary: attack,
        description: attack,
        payload: { $ref: '#/components/schemas/Hostile' },
        examples: [{ name: attack, summary: attack, payload: { '<i>name</i>': attack } }],
      },
    },
    schemas: { Hostile: schema },
  },
};

export const hostileOpenapi = {
  openapi: '3.1.0',
  info,
  servers: [{ url, description: attack }],
  tags,
  paths: {
    '/<u>path</u>': {
      post: {
        operationId: 'post"><script>globalThis.ran = "id"</script>',
        tags: ['<b>tag</b>'],
        summary: attack,
        description: attack,
        parameters: [{ name: attack, in: 'query', description: attack, schema, example: attack }],
        requestBody: {
          description: attack,
          content: { 'application/json': { schema, examples: { '<i>one</i>': { value: attack } } } },
        },
        responses: {
          '200': { description: attack, content: { 'application/json': { schema } } },
          '400': { description: attack, headers: { '<i>h</i>': { description: attack, schema } } },
        },
      },
    },
  },
  components: {
    schemas: { Hostile: schema },
    securitySchemes: { key: { type: 'apiKey', in: 'header', name: attack, description: attack } },
  },
};
