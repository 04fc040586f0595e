import { enclose, propertyKey, stringLiteral, ts } from '../../source/typescript-source.ts';
import type { ProjectPlan } from './project-plan.ts';
import { verifierOf } from './render-users.ts';

/** The text of src/start.ts, with which the server and the test start. */
export function renderStart({ channels, secrets }: ProjectPlan): string {
  const members = channels.map(({ channel, factory }) => `${propertyKey(channel.name)}: ${factory}(log)`);
  const schemes = channels.flatMap(({ security, operationSecurity }) => [...security, ...operationSecurity]);
  const hooks = [
    ...new Set(
      schemes.map(
        (scheme) =>
          `${propertyKey(scheme.name)}: ${verifierOf(scheme)}(${stringLiteral(secrets.get(scheme.name) ?? '')})`,
      ),
    ),
  ];
  return ts`
    import { createContractServer, type Listening, listen } from 'posted/server';
    import { contract } from '../generated/asyncapi/channels.ts';
    ${channels.map(({ factory, file }) => `import { ${factory} } from './handlers/${file}.ts';`)}
    ${hooks.length === 0 ? null : `import { ${[...new Set(schemes.map(verifierOf))].join(', ')} } from './users.ts';`}

    interface StartOptions {
      /** 0 selects a free port. */
      readonly port: number;
      /** Receives one line per event. */
      readonly log: (line: string) => void;
    }

    /** Starts a server for the contract on this machine. */
    export function start({ port, log }: StartOptions): Promise<Listening> {
      const app = createContractServer(contract, {${hooks.length === 0 ? '' : ` security: ${enclose('{', hooks, '}')} `}});
      const server = app.handle(${enclose('{', members, '}')});
      return listen(server, { port });
    }

  `;
}

/** The text of src/server.ts. */
export const serverSource = ts`
  /** \`npm start\`: serves the contract until Ctrl-C. */
  import { PostedError } from 'posted/server';
  import { start } from './start.ts';

  try {
    const server = await start({ port: Number(process.env.PORT ?? 8080), log: console.log });
    console.log(\`Listening on \${server.url}. In another terminal: npm run client\`);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
  } catch (thrown) {
    if (!(thrown instanceof PostedError)) throw thrown;
    console.error(thrown.message);
    process.exitCode = 1;
  }

`;
