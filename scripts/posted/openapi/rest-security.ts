import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { securitySchemeFields } from './openapi-fields.ts';
import type { RestOperationModel, SecuritySchemeModel } from './rest-model.ts';

type OperationSecurity = Pick<RestOperationModel, 'security' | 'isOpen' | 'scopes'>;

/** The security requirements of an operation, or else of the document. */
export function readSecurity(root: ContractNode, operation: ContractNode): OperationSecurity {
  const requirements = (operation.get('security') ?? root.get('security'))?.items ?? [];
  const scopes = new Map<string, readonly string[]>();
  const security = requirements.flatMap((requirement) => {
    const names = requirement.entries.map(([name, required]) => {
      if (root.get('components', 'securitySchemes', name) === undefined) {
        const fix = 'define it in components.securitySchemes';
        requirement.report(`security scheme \`${name}\` is not defined`, fix);
      }
      const own = required.items.map(({ value }) => String(value));
      if (own.length > 0) scopes.set(name, [...new Set([...(scopes.get(name) ?? []), ...own])]);
      return name;
    });
    const [only, ...others] = names;
    return only === undefined ? [] : [others.length === 0 ? only : names];
  });
  return {
    security: [...new Map(security.map((one) => [String(one), one])).values()],
    isOpen: security.length < requirements.length || requirements.length === 0,
    scopes,
  };
}

/** The security schemes that operations name. */
export function readSecuritySchemes(
  root: ContractNode,
  names: ReadonlySet<string>,
): ReadonlyMap<string, SecuritySchemeModel> {
  return new Map(
    [...names].flatMap((name) => {
      const scheme = root.get('components', 'securitySchemes', name);
      if (scheme === undefined) return [];
      checkFields(scheme, securitySchemeFields);
      const model = schemeOf(scheme);
      if (model !== null) return [[name, model]];
      const kind = [scheme.text('type'), scheme.text('scheme')].join(' ').trim();
      scheme.report(
        `security scheme \`${kind}\` is not supported`,
        'use a bearer token, a user and a password, or an API key',
      );
      return [];
    }),
  );
}

function schemeOf(scheme: ContractNode): SecuritySchemeModel | null {
  const kind = [scheme.text('type'), scheme.text('scheme').toLowerCase()].join(' ').trim();
  if (['http bearer', 'oauth2', 'openIdConnect'].includes(kind)) return { kind: 'bearer', parameter: null };
  if (kind === 'http basic') return { kind: 'basic', parameter: null };
  const location = scheme.text('in');
  if (kind !== 'apiKey' || (location !== 'header' && location !== 'query' && location !== 'cookie'))
    return null;
  return { kind: location, parameter: scheme.text('name') };
}
