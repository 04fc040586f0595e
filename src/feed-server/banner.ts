import type { Settings } from './settings/read-settings.ts';

/** What a person who has just started the server may want to do next, ready to be pasted. */
export function renderBanner(
  url: string,
  { databaseUrl, dataDir, workers }: Pick<Settings, 'databaseUrl' | 'dataDir' | 'workers'>,
): string {
  const socketUrl = url.replace(/^http/, 'ws');
  const place = databaseUrl === undefined ? dataDir : 'the database of DATABASE_URL';
  const json = `-H 'Content-Type: application/json'`;
  return `Posted serves REST on ${url} and new posts on ${socketUrl}/post/feed/posted.
Its data is in ${place}. ${workers > 1 ? `${workers} workers serve it. ` : ''}Ctrl-C stops it.

Try it in a second terminal:

  # register; the answer holds your user id
  curl -s ${url}/user/register ${json} \\
    -d '{"first_name":"Ada","second_name":"Lovelace","password":"analytical engine"}'

  # watch new posts arrive
  npm run client -- ${socketUrl} --id <user id> --password 'analytical engine'

and in a third:

  # log in; the answer holds your token
  curl -s ${url}/login ${json} -d '{"id":"<user id>","password":"analytical engine"}'

  # post, and see it on the second terminal
  curl -s ${url}/post/create ${json} -H 'Authorization: Bearer <token>' \\
    -d '{"text":"Hello from Posted"}'
`;
}
