import type { ContractNode } from '../contract/contract-node.ts';
import { checkFields } from '../contract/fields.ts';
import { camelCase } from '../source/identifiers.ts';
import * as fields from './asyncapi-fields.ts';
import type { SecurityModel } from './contract-model.ts';
import { checkToken } from './http-token.ts';

type Placement = Pick<SecurityModel, 'credentials' | 'in' | 'parameter'>;

/** The `security` of a server or an operation: any one of the schemes suffices. */
export function readSecurity(node: ContractNode): readonly SecurityModel[] {
  return (node.get('security')?.items ?? []).flatMap((scheme) => {
    const placement = placementOf(scheme);
    if (placement === null) return [];
    checkFields(scheme, fields.securitySchemeFields);
    const scopes = scheme.get('scopes')?.value;
    return [
      {
        name: nameOf(scheme),
        description: scheme.text('description'),
        ...placement,
        scopes: Array.isArray(scopes) ? scopes.map(String) : [],
      },
    ];
  });
}

/** What a scheme asks a client to send, and where in the handshake; null and a problem for what no handshake can carry. */
function placementOf(node: ContractNode): Placement | null {
  const [type, scheme, place] = [node.text('type'), node.text('scheme').toLowerCase(), node.text('in')];
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
      if (place === 'user' || place === 'password')
        return { credentials: 'apiKey', in: place, parameter: '' };
      break;
    case 'httpApiKey':
      if (place === 'header' || place === 'query' || place === 'cookie') {
        const parameter = node.text('name');
        if (place !== 'query') checkToken(parameter, place, node.get('name') ?? node);
        return { credentials: 'apiKey', in: place, parameter };
      }
      break;
  }
  const kind = [type, scheme || place].filter((word) => word !== '').join(' ');
  node.report(
    `security scheme \`${kind}\` is not supported: no WebSocket handshake carries it`,
    'use http bearer or basic, apiKey, httpApiKey, userPassword, oauth2 or openIdConnect',
  );
  return null;
}

/** A component has a name; one that is written in place gets one from what it is. */
function nameOf(node: ContractNode): string {
  if (/^\/components\/securitySchemes\/[^/]+$/.test(node.pointer)) return node.key;
  return camelCase([node.text('type'), node.text('scheme'), node.text('name')].join(' '));
}
