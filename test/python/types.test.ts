import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GeneratedPackage, generatePackage } from './generated-package.ts';
import { execute, pythonPath, reason } from './python.ts';

/** Documents of the corpus and the feed; a package is generated from each. */
const documents = [
  'asyncapi.json',
  ...['content-types', 'names', 'request-reply', 'schemas', 'security', 'identification'].map(
    (name) => `test/corpus/documents/${name}.yaml`,
  ),
];

const head = `
import content_types
import posted_feed
import questions
import typing_extensions

async def main(_: typing_extensions.Any, feed: posted_feed.PostFeedPostedClient, desk: questions.DeskClient, camera: content_types.CameraClient) -> None:
`;

const allowed: Readonly<Record<string, string>> = {
  'a loop over typed messages': `
    async for message in feed:
        typing_extensions.assert_type(message, posted_feed.models.PostMessage)
        typing_extensions.assert_type(message["payload"]["postText"], str)`,
  'narrowing by the tag': `
    async for message in desk:
        if message["op"] == "tick":
            typing_extensions.assert_type(message, questions.models.TickPayload)
        else:
            typing_extensions.assert_type(message["nonce"], str)`,
  'narrowing by the name': `
    async for named in camera.named():
        match named:
            case ("frame", picture):
                typing_extensions.assert_type(picture, bytes)
            case ("state", state):
                typing_extensions.assert_type(state["battery"], float)`,
  'a request with a typed reply': `
    reply = await desk.request("calculate", {"op": "add", "terms": [1, 2]})
    if reply["message"] == "failed":
        typing_extensions.assert_type(reply["payload"]["why"], str)
    typing_extensions.assert_type((await desk.request("forecast", {"op": "weather"}))["sky"], typing_extensions.Literal["blue", "grey"])`,
  'a credential from a function': `
    posted_feed.connect_post_feed_posted(credentials={"bearerAuth": lambda: "token"}, query={"audience": "friends"})`,
};

const rejected: Readonly<Record<string, string>> = {
  'an unknown member': `
    async for message in feed:
        print(message["payload"]["text"])`,
  'a missing credential': `
    posted_feed.connect_post_feed_posted("ws://localhost")`,
  'a credential of another scheme': `
    posted_feed.connect_post_feed_posted(credentials={"basicAuth": "token"})`,
  'an unknown query parameter': `
    posted_feed.connect_post_feed_posted(credentials={"bearerAuth": "token"}, query={"audience": "nobody"})`,
  'sending an unknown message': `
    await camera.send("state", {"battery": 1.0})`,
  'sending a wrong message': `
    await camera.send("move", "left")`,
  'a request of an operation without a reply': `
    await desk.request("watch", {"op": "tick"})`,
  'a request with a wrong message': `
    await desk.request("forecast", {"op": "add"})`,
  'an answer function for an unknown operation': `
    questions.connect_desk(answer={"ask": lambda question: {"op": "rejected"}})`,
};

const fileOf = (title: string): string => `${title.replaceAll(/\W/g, '_')}.py`;

interface Report {
  readonly generalDiagnostics: readonly { readonly file: string; readonly message: string }[];
}

describe.skipIf(reason !== null)(`the types of generated packages ${reason ?? ''}`, () => {
  let folder = '';
  let report: Report = { generalDiagnostics: [] };
  const generated: GeneratedPackage[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posted-types-'));
    for (const document of documents) generated.push(await generatePackage(document));
    for (const [title, body] of Object.entries({ ...allowed, ...rejected })) {
      await writeFile(join(folder, fileOf(title)), `${head}${body}\n`);
    }
    for (const app of ['feed_app.py', 'exchange_app.py', 'camera_app.py', 'security_app.py']) {
      await cp(join(import.meta.dirname, app), join(folder, app));
    }
    const projects = generated.map(({ project }) => project);
    const config = { typeCheckingMode: 'strict', include: [folder, ...projects], extraPaths: projects };
    await writeFile(join(folder, 'pyrightconfig.json'), JSON.stringify(config));
    report = await runPyright(folder);
  });

  afterAll(async () => {
    for (const one of generated) await one.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const faultsIn = (part: string) =>
    report.generalDiagnostics.filter(({ file }) => file.includes(part)).map(({ message }) => message);

  it.each(documents)('of %s pass pyright in strict mode', (document) => {
    const { project = '' } = generated[documents.indexOf(document)] ?? {};
    expect(faultsIn(project)).toEqual([]);
  });

  it.each(['feed_app.py', 'exchange_app.py', 'camera_app.py', 'security_app.py'])('accept %s', (app) => {
    expect(faultsIn(app)).toEqual([]);
  });

  it.each(Object.keys(allowed))('allow %s', (title) => {
    expect(faultsIn(fileOf(title))).toEqual([]);
  });

  it.each(Object.keys(rejected))('reject %s', (title) => {
    expect(faultsIn(fileOf(title))).not.toEqual([]);
  });
});

async function runPyright(folder: string): Promise<Report> {
  const pyright = join(import.meta.dirname, '../../node_modules/pyright/index.js');
  const options = ['--outputjson', '--pythonpath', pythonPath(), '--project', folder];
  // It exits with 1 if it finds an error.
  const { stdout } = await execute(process.execPath, [pyright, ...options]).catch(
    (thrown: { readonly stdout: string }) => thrown,
  );
  return JSON.parse(stdout);
}
