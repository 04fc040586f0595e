import type { Running } from 'posted/node';
import type { Settings } from './settings/read-settings.ts';

/** Printed when the server is ready: its addresses, and commands to paste that send and receive a post. */
export function renderBanner(
  { url, metricsUrl }: Pick<Running, 'url' | 'metricsUrl'>,
  { databaseUrl, dataDir, workers }: Pick<Settings, 'databaseUrl' | 'dataDir' | 'workers'>,
): string {
  const socketUrl = url.replace(/^http/, 'ws');
  const data = databaseUrl === undefined ? dataDir : 'the database at DATABASE_URL';
  const json = `-H 'Content-Type: application/json'`;
  return `Posted serves REST on ${url} and new posts on ${socketUrl}/post/feed/posted

  API docs:  ${url}/docs
  Data:      ${data}
${metricsUrl === null ? '' : `  Metrics:   ${metricsUrl}\n`}${workers > 1 ? `  Workers:   ${workers}\n` : ''}  Stop:      Ctrl-C

Try it. In a second terminal, register and watch for new posts:

  export POSTED_PASSWORD='analytical engine'
  printf '{"first_name":"Ada","second_name":"Lovelace","password":"%s"}' "$POSTED_PASSWORD" |
    curl -s ${url}/user/register ${json} -d @-
  npm run client -- ${socketUrl} --id <user_id from the response>

In a third terminal, log in and post:

  export POSTED_PASSWORD='analytical engine'
  printf '{"id":"<user_id>","password":"%s"}' "$POSTED_PASSWORD" |
    curl -s ${url}/login ${json} -d @-
  curl -s ${url}/post/create ${json} \\
    -H 'Authorization: Bearer <token from the response>' -d '{"text":"Hello from Posted"}'
`;
}
