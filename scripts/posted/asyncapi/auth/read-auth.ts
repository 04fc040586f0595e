import type { ContractNode } from '../../contract/contract-node.ts';
import type { SchemaObject } from '../../schemas/json-schema.ts';
import { areDisjoint, type ReferenceTargets, shapesOf } from '../../schemas/shapes.ts';
import type { ChannelModel, MessageModel, SecurityModel } from '../contract-model.ts';
import { answerSchema, authAnswer, authRequest, requestSchema, tagPathOf } from './auth-parts.ts';

export interface AuthChannel {
  /** Those of the address. */
  readonly channels: readonly ContractNode[];
  readonly security: readonly SecurityModel[];
  /** The security of each operation that has its own. */
  readonly ofOperations: readonly (readonly SecurityModel[])[];
  readonly send: readonly MessageModel[];
  readonly receive: readonly MessageModel[];
}

/**
 * Whether the clients of a channel can renew their credentials with `auth`: it has a bearer scheme, and the messages
 * can be told apart from all others. `x-auth: false` turns it off; with `x-auth: true`, it is a problem if they cannot.
 */
export function readAuth(
  channel: AuthChannel,
  schemas: ReferenceTargets,
): Pick<ChannelModel, 'auth' | 'authObstacle'> {
  const { channels } = channel;
  const setting = channels.map((node) => node.get('x-auth')).find((node) => node !== undefined);
  if (setting !== undefined && typeof setting.value !== 'boolean') {
    setting.report('`x-auth` must be true or false', 'set it to false, or remove it');
  }
  if (setting?.value === false) return { auth: false, authObstacle: null };
  const obstacle = obstacleOf(channel, schemas);
  if (obstacle !== null && setting?.value === true) {
    setting.report(`clients of this channel cannot renew their credentials: ${obstacle}`, 'remove `x-auth`');
  }
  if (obstacle !== null) return { auth: false, authObstacle: obstacle === noScheme ? null : obstacle };
  return { auth: true, authObstacle: null };
}

const noScheme = 'it has no bearer scheme';

function obstacleOf(channel: AuthChannel, schemas: ReferenceTargets): string | null {
  const { security, ofOperations, send, receive } = channel;
  if (![security, ...ofOperations].some((schemes) => schemes.some(isBearer))) return noScheme;
  if (!ofOperations.every((schemes) => schemes.every(isBearer))) {
    return 'an operation has a scheme of another kind, whose credentials a token cannot renew';
  }
  if ([...send, ...receive].some(({ encoding }) => encoding === 'text'))
    return 'it has messages of plain text';
  const [requestPath, answerPath] = [tagPathOf(receive), tagPathOf(send)];
  if (requestPath[0] === 'token') return 'its messages are identified by `token`';
  if (['expiresAt', 'request', 'error'].includes(answerPath[0])) {
    return `its messages are identified by \`${answerPath[0]}\``;
  }
  const [known, unknown] = [
    findSimilar(receive, requestSchema(requestPath), schemas),
    findSimilar(send, answerSchema(answerPath), schemas),
  ];
  const similar = known ?? unknown;
  if (similar !== null) return `message \`${similar}\` may have the same values`;
  const taken = findTaken(channel);
  return taken === null
    ? null
    : `its message \`${taken}\` conflicts with \`${authRequest}\` or \`${authAnswer}\`, which that takes`;
}

function isBearer({ credentials }: SecurityModel): boolean {
  return credentials === 'bearer';
}

/** A message without a tag that may match a value of the schema. */
function findSimilar(
  messages: readonly MessageModel[],
  schema: SchemaObject,
  schemas: ReferenceTargets,
): string | null {
  const own = shapesOf(schemas, [schema]);
  const similar = messages.find(({ encoding, tag, definition }) => {
    if (encoding !== 'json' || tag !== null) return false;
    const others = shapesOf(schemas, [{ $ref: `#/definitions/${definition}` }]);
    return own.some((one) => others.some((other) => !areDisjoint(schemas, one, other)));
  });
  return similar?.name ?? null;
}

/** A message of the author's that has the name or the tag of one of those two. */
function findTaken({ channels, send, receive }: AuthChannel): string | null {
  const names = channels.flatMap((each) => (each.get('messages')?.entries ?? []).map(([name]) => name));
  const tagged = [
    ...receive.filter(({ tag }) => tag?.values.includes(authRequest)),
    ...send.filter(({ tag }) => tag?.values.includes(authAnswer)),
  ];
  const taken = [authRequest, authAnswer].find((name) => names.includes(name));
  return taken ?? tagged[0]?.name ?? null;
}
