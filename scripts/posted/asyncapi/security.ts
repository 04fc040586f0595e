import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { camelCase } from '../source/identifiers.ts';
import * as fields from './asyncapi-fields.ts';
import type { SecurityModel } from './contract-model.ts';

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

/** Reports schemes of one name that ask for different things: hooks and credentials are found by their names. */
export function checkSchemeNames(channel: ContractNode, schemes: readonly SecurityModel[]): void {
  const asked = new Map<string, string>();
  for (const { name, credentials, in: place, parameter } of schemes) {
    const asks = JSON.stringify([credentials, place, parameter]);
    if ((asked.get(name) ?? asks) !== asks) {
      const fix = 'put them into components.securitySchemes, under names of their own';
      channel.report(`two security schemes of this address are called \`${name}\``, fix);
    }
    asked.set(name, asks);
  }
}

/** A component has a name; one that is written in place gets one from what it is. */
function nameOf(node: ContractNode): string {
  if (/^\/components\/securitySchemes\/[^/]+$/.test(node.pointer)) return node.key;
  const type = node.text('type');
  const part = type === 'apiKey' ? node.text('in') : '';
  return camelCase([type, node.text('scheme'), part, node.text('name')].join(' '));
}

/** Reports a header or a cookie that HTTP does not let be called so (RFC 9110 section 5.6.2, RFC 6265 section 4.1.1). */
export function checkToken(name: string, what: 'header' | 'cookie', node: ContractNode): void {
  if (/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) return;
  node.report(
    `no ${what} can be called ${JSON.stringify(name)}`,
    "use letters, digits and !#$%&'*+-.^_`|~ alone",
  );
}
