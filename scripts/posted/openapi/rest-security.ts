import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { securitySchemeFields } from './openapi-fields.ts';
import type { OpenapiUse, SecuritySchemeModel } from './rest-model.ts';

interface OperationSecurity {
  /** The names of its security schemes. One suffices. */
  readonly security: readonly string[];
  /** Whether it also works without credentials. */
  readonly isOpen: boolean;
}

/** The security requirements of an operation, or else of the document. */
export function readSecurity(
  root: ContractNode,
  operation: ContractNode,
  use: OpenapiUse,
): OperationSecurity {
  const requirements = (operation.get('security') ?? root.get('security'))?.items ?? [];
  let isOpen = requirements.length === 0;
  const security = requirements.flatMap((requirement) => {
    const schemes = requirement.entries;
    const [first] = schemes;
    if (first === undefined) {
      isOpen = true;
      if (use === 'server') {
        requirement.report('optional authentication is not supported', 'remove the empty requirement');
      }
      return [];
    }
    if (schemes.length > 1) {
      const fix = 'name one scheme in each requirement';
      requirement.report('a requirement with several schemes is not supported', fix);
    }
    const [name, scopes] = first;
    if (use === 'server' && scopes.items.length > 0) {
      scopes.report('scopes are not supported', 'leave the list empty');
    }
    if (root.get('components', 'securitySchemes', name) === undefined) {
      const fix = 'define it in components.securitySchemes';
      requirement.report(`security scheme \`${name}\` is not defined`, fix);
    }
    return [name];
  });
  return { security: [...new Set(security)], isOpen };
}

/** The security schemes that operations name. */
export function readSecuritySchemes(
  root: ContractNode,
  names: ReadonlySet<string>,
  use: OpenapiUse,
): ReadonlyMap<string, SecuritySchemeModel> {
  return new Map(
    [...names].flatMap((name) => {
      const scheme = root.get('components', 'securitySchemes', name);
      if (scheme === undefined) return [];
      const kind = [scheme.text('type'), scheme.text('scheme').toLowerCase()].join(' ').trim();
      if (kind === 'http bearer') {
        if (use === 'server') checkFields(scheme, securitySchemeFields);
        return [[name, { kind: 'bearer', parameter: null }]];
      }
      const model = use === 'client' ? clientScheme(scheme, kind) : null;
      if (model !== null) return [[name, model]];
      const supported =
        use === 'server'
          ? 'use `type: http` with `scheme: bearer`'
          : 'use a bearer token, a user and a password, or an API key in a header or the query';
      scheme.report(`security scheme \`${kind}\` is not supported`, supported);
      return [];
    }),
  );
}

/** A scheme that only clients support; null for any other. */
function clientScheme(scheme: ContractNode, kind: string): SecuritySchemeModel | null {
  if (kind === 'oauth2' || kind === 'openIdConnect') return { kind: 'bearer', parameter: null };
  if (kind === 'http basic') return { kind: 'basic', parameter: null };
  const location = scheme.text('in');
  if (kind !== 'apiKey' || (location !== 'header' && location !== 'query')) return null;
  return { kind: location, parameter: scheme.text('name') };
}
