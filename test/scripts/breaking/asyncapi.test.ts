import { describe, expect, it } from 'vitest';
import { tempFolder } from '../generator.ts';
import { changesOf } from './changes-of.ts';
import { chat, durable, type Edits, edited, messageOf, perUser, queryOf } from './chat.ts';

const folder = tempFolder();

const room = '/rooms/{room}';
const [token, key] = ['token', 'key'].map((name) => ({ $ref: `#/components/securitySchemes/${name}` }));
const security = '/servers/production/security';
const messages = '/channels/room/messages';

describe('a change of an AsyncAPI contract', () => {
  it.each<[what: string, edits: Edits, expected: readonly string[]]>([
    ['nothing', {}, []],
    ['the texts for people', { '/info/title': 'Talk', '/info/version': '2.0.0' }, []],
    [
      'a channel added',
      {
        '/channels/lobby': { address: '/lobby', messages: { left: messageOf('left') } },
        '/operations/leave': { action: 'send', channel: { $ref: '#/channels/lobby' } },
      },
      ['safe address-added /lobby'],
    ],
    [
      'an address',
      { '/channels/room/address': '/room/{room}' },
      [`breaking address-removed ${room}`, 'safe address-added /room/{room}'],
    ],
    [
      'the host of the server',
      { '/servers/production/host': 'talk.example.org' },
      [`risky server-removed ${room}`, `safe server-added ${room}`],
    ],
    [
      'a value of a parameter removed',
      { '/channels/room/parameters/room/enum': ['red'] },
      [`breaking values-narrowed ${room} parameters /room`],
    ],
    [
      'a value of a parameter added',
      { '/channels/room/parameters/room/enum': ['red', 'blue', 'green'] },
      [`safe values-widened ${room} parameters`],
    ],
    [
      'the query removed',
      { '/channels/room/bindings': undefined },
      [`breaking values-narrowed ${room} query /`],
    ],
    [
      'a query parameter required',
      { '/channels/room/bindings': queryOf(['since']) },
      [`breaking values-narrowed ${room} query /`],
    ],
    [
      'an open query',
      {
        '/channels/room/bindings/ws/query/additionalProperties': undefined,
        '/channels/room/bindings/ws/query/properties/since': { type: 'string', pattern: '^[a-z]+$' },
      },
      [`breaking values-narrowed ${room} query /since`],
    ],
    [
      'another scheme instead',
      { [security]: [key] },
      [`breaking security-narrowed ${room}`, `safe security-widened ${room}`],
    ],
    ['another scheme added', { [security]: [token, key] }, [`safe security-widened ${room}`]],
    [
      'no security',
      { [security]: undefined, '/channels/room/x-limits': undefined },
      [`safe limit-relaxed ${room}`, `safe security-widened ${room}`],
    ],
    [
      'a scope',
      { '/components/securitySchemes/token/scopes': ['talk', 'read'] },
      [`risky scopes-added ${room}`],
    ],
    ['the renewal of tokens', { '/channels/room/x-auth': false }, [`risky renewal-removed ${room}`]],
    [
      'a sent message removed',
      { '/operations/tell/messages': [messageOf('said')] },
      [`breaking message-withdrawn ${room} message left`],
    ],
    [
      'a received message removed',
      { '/operations/type': undefined },
      [`breaking message-refused ${room} message typing`],
    ],
    [
      'a message that the server sends, too',
      { '/operations/tell/messages': ['said', 'left', 'typing'].map(messageOf) },
      [`safe message-added ${room} message typing`],
    ],
    [
      'a reply removed',
      { '/operations/say/reply': undefined },
      [`breaking message-withdrawn ${room} message stored`, `breaking reply-removed ${room} operation say`],
    ],
    [
      'a reply added',
      { '/operations/type/reply': { messages: [messageOf('left')] } },
      [`safe reply-added ${room} operation type`],
    ],
    [
      'a content type',
      { [`${messages}/left/contentType`]: 'application/vnd.chat+json' },
      [`breaking content-type-changed ${room} message left`],
    ],
    [
      'a longer text',
      {
        [`${messages}/said/payload/properties/text/maxLength`]: 10,
        [`${messages}/say/payload/properties/text/maxLength`]: 10,
      },
      [
        `breaking sent-payload-refused ${room} message said /text`,
        `safe received-payload-accepted ${room} message say`,
      ],
    ],
    [
      'a shorter text',
      {
        [`${messages}/said/payload/properties/text/maxLength`]: 8,
        [`${messages}/say/payload/properties/text/maxLength`]: 8,
      },
      [
        `breaking received-payload-refused ${room} message say /text`,
        `safe sent-payload-accepted ${room} message said`,
      ],
    ],
    [
      'the place of correlation ids',
      {
        [`${messages}/say/correlationId/location`]: '$message.payload#/key',
        [`${messages}/say/payload/properties/key`]: { type: 'string' },
        [`${messages}/stored/correlationId/location`]: '$message.payload#/key',
        [`${messages}/stored/payload/properties/key`]: { type: 'string' },
      },
      [
        `breaking correlation-changed ${room} message say`,
        `breaking correlation-changed ${room} message stored`,
        `risky received-payload-uncertain ${room} message say /key`,
        `safe sent-payload-accepted ${room} message stored`,
      ],
    ],
    ['a stricter limit', { '/channels/room/x-limits': [perUser(5)] }, [`risky limit-tightened ${room}`]],
    ['no limit', { '/channels/room/x-limits': undefined }, [`safe limit-relaxed ${room}`]],
  ])('%s', async (_, edits, expected) => {
    expect(await changesOf(folder, chat, edited(chat, edits))).toEqual(expected.toSorted());
  });
});

describe('a change of x-delivery', () => {
  const plain = edited(chat, { '/channels/room/bindings': undefined });
  const groups = { talk: ['said'], doors: ['left'] };
  const select = (name: string): object => ({
    messages: groups,
    select: { query: 'events', default: [name] },
  });

  it.each<[what: string, old: object, current: object, expected: string]>([
    ['messages that become durable', plain, durable({}), 'safe resume-added'],
    ['messages that are no longer durable', durable({}), plain, 'breaking resume-removed'],
    ['another query', durable({}), durable({ resume: 'after' }), 'breaking resume-changed'],
    ['one message less', durable({}), durable({ messages: ['said'] }), 'breaking durability-removed'],
    ['one message more', durable({ messages: ['said'] }), durable({}), 'safe durability-added'],
    ['a smaller audience', durable({}), durable({ audience: 'topic' }), 'breaking audience-narrowed'],
    ['a larger audience', durable({ audience: 'topic' }), durable({}), 'risky audience-widened'],
    [
      'other messages without a choice',
      durable(select('talk')),
      durable(select('doors')),
      'risky selection-changed',
    ],
    [
      'a shorter retention',
      durable({ retention: 'P7D' }),
      durable({ retention: 'P1D' }),
      'risky policy-tightened',
    ],
    [
      'more time for acks',
      durable({ ackTimeout: 'PT9S' }),
      durable({ ackTimeout: 'PT30S' }),
      'safe policy-relaxed',
    ],
    ['the end of slow readers', durable({}), durable({ slowReader: 'close' }), 'risky policy-tightened'],
  ])('%s', async (_, old, current, expected) => {
    const changes = await changesOf(folder, old, current);
    expect(changes).toContainEqual(expect.stringMatching(`^${expected} ${room.replaceAll(/[{}]/g, '.')}`));
  });
});
