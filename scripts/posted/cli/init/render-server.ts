import { enclose, propertyKey, stringLiteral, ts } from '../../source/typescript-source.ts';
import type { ProjectPlan } from './project-plan.ts';
import { verifierOf } from './render-users.ts';

/** Whether the server has a log, which the file src/app.ts then exports. */
export function hasLog({ channels }: Pick<ProjectPlan, 'channels'>): boolean {
  return channels.some(({ channel }) => channel.delivery !== null);
}

/** The text of src/app.ts, which the server and the test use. */
export function renderApp(plan: ProjectPlan): string {
  const { channels, secrets } = plan;
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
    ${hasLog(plan) ? "import { openLog } from 'posted/log';" : null}
    import { serve } from 'posted/node';
    import { contract } from '../generated/asyncapi/channels.ts';
    import settings from '../settings.json' with { type: 'json' };
    ${channels.map(({ handlers, file }) => `import { ${handlers} } from './handlers/${file}.ts';`)}
    ${verifiers.length === 0 ? null : `import { ${verifiers.join(', ')} } from './users.ts';`}

    ${hasLog(plan) ? logSource : null}
    ${hasLog(plan) ? 'export ' : ''}const app = serve(contract, {
      ${hasLog(plan) ? 'eventLog,' : null}
      ${hooks.length === 0 ? null : `security: ${enclose('{', hooks, '}')},`}
      origins: { kind: 'same-origin', and: settings.origins },
      settingNames: { origins: 'origins in settings.json' },
    });
    export const server = app.handle(${enclose('{', members, '}')});

  `;
}

const logSource = ts`
  /** The durable messages of the contract. Pass it to \`listen\`, which closes it. */
  export const eventLog = await openLog({ database: { folder: process.env.DATA_DIR ?? 'data' }, contract });

`;

/** The text of src/start.ts. */
export function renderStart(plan: ProjectPlan): string {
  return ts`
    /** \`npm start\`: serves the contract until Ctrl-C. */
    import settings from '../settings.json' with { type: 'json' };
    import { ${hasLog(plan) ? 'eventLog, ' : ''}server } from './app.ts';

    const { url } = await server.listen({ port: Number(process.env.PORT ?? settings.port)${hasLog(plan) ? ', resources: eventLog' : ''} });
    console.log(\`Listening on \${url}.\`);

  `;
}
