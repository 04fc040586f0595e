import { enclose, propertyKey, stringLiteral, ts } from '../../source/typescript-source.ts';
import type { ProjectPlan } from './project-plan.ts';
import { verifierOf } from './render-users.ts';

/** The text of src/app.ts, which the server and the test use. */
export function renderApp({ channels, secrets }: ProjectPlan): string {
  const schemes = new Map(
    channels
      .flatMap(({ security, operationSecurity }) => [...security, ...operationSecurity])
      .map((scheme) => [scheme.name, scheme]),
  );
  const hooks = [...schemes.values()].map(
    (scheme) =>
      `${propertyKey(scheme.name)}: ${verifierOf(scheme)}(${stringLiteral(secrets.get(scheme.name) ?? '')})`,
  );
  const verifiers = [...new Set([...schemes.values()].map(verifierOf))].toSorted();
  const members = channels.map(({ channel, handlers }) => `${propertyKey(channel.name)}: ${handlers}`);
  return ts`
    /** The server without its port, so that tests can use it too. */
    import { serve } from 'posted/node';
    import { contract } from '../generated/asyncapi/channels.ts';
    import settings from '../settings.json' with { type: 'json' };
    ${channels.map(({ handlers, file }) => `import { ${handlers} } from './handlers/${file}.ts';`)}
    ${verifiers.length === 0 ? null : `import { ${verifiers.join(', ')} } from './users.ts';`}

    const app = serve(contract, {
      ${hooks.length === 0 ? null : `security: ${enclose('{', hooks, '}')},`}
      origins: { kind: 'same-origin', and: settings.origins },
      settingNames: { origins: 'origins in settings.json' },
    });
    export const server = app.handle(${enclose('{', members, '}')});

  `;
}

/** The text of src/start.ts. */
export const startSource = ts`
  /** \`npm start\`: serves the contract until Ctrl-C. */
  import settings from '../settings.json' with { type: 'json' };
  import { server } from './app.ts';

  const { url } = await server.listen({ port: Number(process.env.PORT ?? settings.port) });
  console.log(\`Listening on \${url}.\`);

`;
