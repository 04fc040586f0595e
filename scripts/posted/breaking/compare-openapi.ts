import { joinPointer } from '../contract/json-pointer.ts';
import type { LoadedOpenapi } from '../openapi/load-openapi.ts';
import type { ResponseModel, RestModel, RestOperationModel } from '../openapi/rest-model.ts';
import type { SchemaUse } from '../schemas/schema-set.ts';
import type { Change } from './change.ts';
import { compareLimits } from './compare-policies.ts';
import { type ComparedSecurity, compareSecurity } from './compare-security.ts';
import { Comparison, handshakeRules, type Subject, type Version } from './comparison.ts';

/** Compares two versions of an OpenAPI contract. Operations are the same if they have the same method and path. */
export function compareOpenapi(old: LoadedOpenapi, current: LoadedOpenapi): readonly Change[] {
  const comparison = new Comparison(versionOf(old), versionOf(current));
  const [before, after] = [byPath(old.model), byPath(current.model)];
  for (const [key, operation] of before) {
    const next = after.get(key);
    if (next === undefined) {
      comparison.add('address-removed', subjectOf(operation), { side: 'old' });
    } else {
      const security = [securityOf(old.model, operation), securityOf(current.model, next)] as const;
      compareSecurity(comparison, subjectOf(next), ...security);
      compareOperations(comparison, operation, next);
    }
  }
  for (const [key, operation] of after) {
    if (!before.has(key)) comparison.add('address-added', subjectOf(operation));
  }
  return comparison.changes;
}

function versionOf({ document, schemas, model }: LoadedOpenapi): Version {
  const values = model.operations.flatMap(({ pathParameters, query, headers, cookies, contents }) => [
    pathParameters,
    query,
    headers,
    cookies,
    ...contents.flatMap(({ kind, use }) => (kind === 'json' ? [] : [use])),
  ]);
  return { document, schemas, fromText: new Set(values.flatMap((use) => use?.definition ?? [])) };
}

/** The names of path parameters do not matter to who fills them in. */
function byPath({ operations }: RestModel): ReadonlyMap<string, RestOperationModel> {
  return new Map(
    operations.map((operation) => [
      `${operation.method} ${operation.path.replaceAll(/\{[^{}]*\}/g, '{}')}`,
      operation,
    ]),
  );
}

function subjectOf({ method, path }: RestOperationModel): Subject {
  return { name: `${method} ${path}`, pointer: joinPointer('/paths', path, method.toLowerCase()) };
}

function compareOperations(
  comparison: Comparison,
  old: RestOperationModel,
  current: RestOperationModel,
): void {
  const subject = subjectOf(current);
  const within = (name: string): Subject => ({ ...subject, name: `${subject.name} ${name}` });
  for (const part of ['pathParameters', 'query', 'headers', 'cookies'] as const) {
    comparison.compareDefinitions(
      within(part),
      'received',
      definitions(old[part], current[part]),
      handshakeRules,
    );
  }
  compareBodies(comparison, within('body'), old, current);
  const [before, after] = [byStatus(old), byStatus(current)];
  for (const [status, response] of before) {
    const next = after.get(status);
    if (next === undefined) comparison.add('response-removed', within(`response ${status}`));
    else compareResponses(comparison, within(`response ${status}`), response, next);
  }
  for (const status of after.keys()) {
    if (before.has(status)) continue;
    const isSuccess = status.startsWith('2') && !before.has('2XX');
    comparison.add(isSuccess ? 'response-added' : 'error-added', within(`response ${status}`));
  }
  const headers = definitions(old.responseHeaders, current.responseHeaders);
  if (old.responseHeaders !== null)
    comparison.compareDefinitions(within('response headers'), 'sent', headers);
  compareLimits(comparison, subject, old.limits, current.limits);
}

function compareBodies(
  comparison: Comparison,
  subject: Subject,
  old: RestOperationModel,
  current: RestOperationModel,
): void {
  if (current.required.body && !old.required.body) comparison.add('body-required', subject);
  // A server without a body ignores one.
  if (current.contents.length === 0) return;
  const after = new Map(current.contents.map((content) => [content.contentType.toLowerCase(), content]));
  for (const content of old.contents) {
    const next = after.get(content.contentType.toLowerCase());
    if (next === undefined) {
      const types = [...after.keys()].join(' or ');
      comparison.add('content-type-changed', subject, { detail: `from ${content.contentType} to ${types}` });
    } else if (content.use !== null && next.use !== null) {
      const both = definitions(content.use, next.use);
      comparison.compareDefinitions(subject, 'received', both);
    }
    const known = new Set(content.files.map(({ name }) => name));
    if (next?.files.some(({ name, isRequired }) => isRequired && !known.has(name)))
      comparison.add('body-required', subject);
  }
}

function compareResponses(
  comparison: Comparison,
  subject: Subject,
  old: ResponseModel,
  current: ResponseModel,
): void {
  if (old.content !== current.content) {
    comparison.add('content-type-changed', subject, { detail: `from ${old.content} to ${current.content}` });
  } else if (old.body !== null && current.body !== null) {
    // Of errors, clients check only that the members are there.
    if (old.status.startsWith('2')) {
      comparison.compareDefinitions(subject, 'sent', definitions(old.body, current.body));
    } else {
      comparison.compareRequired(subject, old.required, current.body.definition);
    }
  }
}

function byStatus({ responses }: RestOperationModel): ReadonlyMap<string, ResponseModel> {
  return new Map(responses.map((response) => [response.status, response]));
}

function definitions(
  old: SchemaUse | null,
  current: SchemaUse | null,
): { readonly old: string | null; readonly current: string | null } {
  return { old: old?.definition ?? null, current: current?.definition ?? null };
}

function securityOf({ securitySchemes }: RestModel, operation: RestOperationModel): ComparedSecurity {
  return {
    isOpen: operation.isOpen,
    schemes: operation.security.map((requirement) => {
      const names = [requirement].flat();
      const uses = names.map((name) => {
        const { kind = '', parameter = null } = securitySchemes.get(name) ?? {};
        return parameter === null ? kind : `${kind} ${parameter}`;
      });
      const scopes = names.flatMap((name) => operation.scopes.get(name) ?? []);
      return { name: names.join(' and '), use: uses.toSorted().join(' and '), scopes };
    }),
  };
}
