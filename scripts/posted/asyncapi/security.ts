import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { camelCase } from '../source/identifiers.ts';
import * as fields from './asyncapi-fields.ts';
import type { ChannelModel, SecurityModel } from './contract-model.ts';

type Placement = Pick<SecurityModel, 'credentials' | 'in' | 'parameter'>;

/** Reads the `security` of a server or an operation. One scheme suffices. */
export function readSecurity(node: ContractNode): readonly SecurityModel[] {
  const schemes = node.get('security')?.items ?? [];
  const placements = schemes.map((scheme) => ({ scheme, placement: placementOf(scheme) }));
  const isUsable = placements.some(({ placement }) => placement !== null);
  return placements.flatMap(({ scheme, placement }) => {
    if (placement === null) {
      reportUnsupported(scheme, isUsable);
      return [];
    }
    checkFields(scheme, fields.securitySchemeFields);
    const scopes = scheme.get('scopes')?.value;
    return [
      {
        name: nameOf(scheme),
        description: scheme.text('description'),
        ...placement,
        scopes: Array.isArray(scopes) ? scopes.map(String) : [],
        isForClients: readUse(scheme),
      },
    ];
  });
}

/** The channel as generated clients see it. */
export function forClients(channel: ChannelModel): ChannelModel {
  return { ...channel, security: channel.security.filter(({ isForClients }) => isForClients) };
}

function readUse(scheme: ContractNode): boolean {
  const use = scheme.get('x-client')?.value ?? true;
  if (typeof use !== 'boolean') scheme.reportAt('x-client', 'it must be true or false', 'use one of them');
  return use !== false;
}

/** The credentials of a scheme and their place in the handshake; null if no handshake can carry them. */
function placementOf(node: ContractNode): Placement | null {
  const [type, scheme, location] = [node.text('type'), node.text('scheme').toLowerCase(), node.text('in')];
  const authorization = { in: 'authorization', parameter: '' } as const;
  switch (type) {
    case 'http':
      if (scheme === 'bearer') return { credentials: 'bearer', ...authorization };
      if (scheme === 'basic') return { credentials: 'basic', ...authorization };
      break;
    case 'oauth2':
    case 'openIdConnect':
      return { credentials: 'bearer', ...authorization };
    case 'userPassword':
      return { credentials: 'basic', ...authorization };
    case 'apiKey':
      if (location === 'user' || location === 'password')
        return { credentials: 'apiKey', in: location, parameter: '' };
      break;
    case 'httpApiKey':
      if (location === 'header' || location === 'query' || location === 'cookie') {
        const parameter = node.text('name');
        if (location !== 'query') checkToken(parameter, location, node.get('name') ?? node);
        return { credentials: 'apiKey', in: location, parameter };
      }
      break;
  }
  return null;
}

/** A warning suffices if another scheme of the same list is supported, because one of them suffices. */
function reportUnsupported(node: ContractNode, isUsable: boolean): void {
  const kind = [node.text('type'), node.text('scheme').toLowerCase() || node.text('in')];
  const what = `security scheme \`${kind.filter((word) => word !== '').join(' ')}\` is not supported: a WebSocket handshake cannot carry it`;
  const fix = 'use http bearer or basic, apiKey, httpApiKey, userPassword, oauth2 or openIdConnect';
  if (isUsable) node.warn(what, fix);
  else node.report(what, fix);
}

/** Reports different schemes with one name, because hooks and credentials are looked up by name. */
export function checkSchemeNames(channel: ContractNode, schemes: readonly SecurityModel[]): void {
  const known = new Map<string, string>();
  for (const { name, credentials, in: location, parameter } of schemes) {
    const key = JSON.stringify([credentials, location, parameter]);
    if ((known.get(name) ?? key) !== key) {
      const fix = 'define them in components.securitySchemes under different names';
      channel.report(`two security schemes of this address are named \`${name}\``, fix);
    }
    known.set(name, key);
  }
}

/** The name of a component; an inline scheme gets a name from its type. */
function nameOf(node: ContractNode): string {
  if (/^\/components\/securitySchemes\/[^/]+$/.test(node.pointer)) return node.key;
  const type = node.text('type');
  const part = type === 'apiKey' ? node.text('in') : '';
  return camelCase([type, node.text('scheme'), part, node.text('name')].join(' '));
}

/** Reports an invalid name of a header or a cookie (RFC 9110 section 5.6.2, RFC 6265 section 4.1.1). */
export function checkToken(name: string, kind: 'header' | 'cookie', node: ContractNode): void {
  if (/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) return;
  node.report(
    `${JSON.stringify(name)} is not a valid ${kind} name`,
    "use only letters, digits and !#$%&'*+-.^_`|~",
  );
}
