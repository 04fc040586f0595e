import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GeneratedPackage, generatePackage } from './generated-package.ts';
import { execute, pythonPath, reason } from './python.ts';

/** Documents of the corpus and the feed; a package is generated from each. */
const documents = [
  'asyncapi.json',
  ...[
    'content-types',
    'msgpack',
    'names',
    'request-reply',
    'schemas',
    'security',
    'identification',
    'told-apart',
    'unions',
  ].map((name) => `test/corpus/documents/${name}.yaml`),
  'test/python/anything.yaml',
  'test/python/auction.yaml',
  'test/python/news.yaml',
];

const apps = [
  'auction_client.py',
  'camera_app.py',
  'consumers_app.py',
  'exchange_app.py',
  'feed_app.py',
  'operations_app.py',
  'rest_app.py',
  'security_app.py',
];

const head = `
import auction
import content_types
import news
import posted_feed
import questions
import typing_extensions

async def main(_: typing_extensions.Any, feed: posted_feed.PostFeedPostedClient, desk: questions.DeskClient, camera: content_types.CameraClient, bids: auction.AuctionClient, scanner: auction.ScannerClient, paper: news.NewsClient) -> None:
`;

const allowed: Readonly<Record<string, string>> = {
  'a loop over typed messages': `
    async for message in feed.messages():
        typing_extensions.assert_type(message, posted_feed.PostFeedPostedMessage)
        if message["type"] == "post":
            typing_extensions.assert_type(message, posted_feed.models.PostMessage)
            typing_extensions.assert_type(message["payload"]["postText"], str)`,
  'narrowing by the tag': `
    async for message in desk.messages():
        if message["op"] == "tick":
            typing_extensions.assert_type(message, questions.models.TickPayload)
        else:
            typing_extensions.assert_type(message["nonce"], str)`,
  'narrowing by the name': `
    async for named in camera.named_messages():
        match named:
            case ("frame", picture):
                typing_extensions.assert_type(picture, bytes)
            case ("state", state):
                typing_extensions.assert_type(state["battery"], float)`,
  'handlers of every kind': `
    posts: list[posted_feed.models.PostMessage] = []
    @feed.on.post
    async def stop(message: posted_feed.models.PostMessage) -> None:
        typing_extensions.assert_type(message["payload"]["postText"], str)
    stop()
    feed.on.post(posts.append)()
    feed.on.post(lambda message: message["payload"]["postId"])
    feed.status.subscribe(lambda status: print(status.state))()`,
  'a request with a typed reply': `
    reply = await desk.calculate({"terms": [1, 2]}, timeout=5, when_offline="wait")
    if reply["op"] == "failed":
        typing_extensions.assert_type(reply["why"], str)
    else:
        typing_extensions.assert_type(reply, questions.models.SumPayload)
    typing_extensions.assert_type((await desk.forecast({}))["sky"], typing_extensions.Literal["blue", "grey"])`,
  'replies that only their names tell apart': `
    answer = await scanner.import_({"page": 1})
    if answer[0] == "picture":
        typing_extensions.assert_type(answer[1], bytes)
    else:
        typing_extensions.assert_type(answer[1]["pages"], int)`,
  'operations with several messages': `
    typing_extensions.assert_type((await bids.order.limit_order({"cents": 5}))["type"], typing_extensions.Literal["orderPlaced"])
    await bids.order.market_order({})
    scanner.status_operation({"reset": True}, when_offline="wait")`,
  'one of several replies to the server': `
    def answer(request: auction.models.Confirm, reply: auction.AuctionAskBidderReplies) -> auction.AuctionAskBidderReply:
        return reply.busy({"minutes": 5}) if request["id"] else reply.confirmed({})
    auction.connect_auction(auth="token", params={"auctionId": "a1"}, answer={"ask_bidder": answer})`,
  'an error of the server': `
    try:
        await bids.place_bid({"cents": 1})
    except auction.PostedError as error:
        typing_extensions.assert_type(error.code, auction.PostedErrorCode)
        typing_extensions.assert_type(error.retry_after_ms, int | None)`,
  'a credential from a function': `
    posted_feed.connect_post_feed_posted(auth=lambda: "token", query={"audience": "friends"})`,
  'groups of durable messages': `
    news.connect_news(auth="token", query={"events": "posts,likes"})
    async for message in paper.messages():
        if message["type"] == "post":
            typing_extensions.assert_type(message["text"], str)
        else:
            typing_extensions.assert_type(message, news.models.Liked | news.models.Unliked)`,
};

const rejected: Readonly<Record<string, string>> = {
  'an unknown member': `
    async for message in feed.messages():
        print(message["payload"]["text"])`,
  'a missing credential': `
    posted_feed.connect_post_feed_posted("ws://localhost")`,
  'a credential by scheme where there is only one': `
    posted_feed.connect_post_feed_posted(auth={"bearerAuth": "token"})`,
  'an unknown query parameter': `
    posted_feed.connect_post_feed_posted(auth="token", query={"audience": "nobody"})`,
  'groups in a list': `
    news.connect_news(auth="token", query={"events": ["posts", "likes"]})`,
  'an unknown parameter for groups': `
    news.connect_news(auth="token", query={"groups": "posts"})`,
  'missing parameters': `
    auction.connect_auction(auth="token")`,
  'sending an unknown message': `
    camera.steer.state({"battery": 1.0})`,
  'sending a wrong message': `
    camera.steer.move("left")`,
  'content with a constant': `
    await desk.forecast({"op": "weather"})`,
  'content with a correlation id': `
    await bids.place_bid({"id": "r1", "cents": 1})`,
  'waiting for a message without a reply': `
    await bids.typing({"name": "Ann"})`,
  'a timeout for a message without a reply': `
    bids.typing({"name": "Ann"}, timeout=5)`,
  'an unknown way to be offline': `
    bids.typing({"name": "Ann"}, when_offline="queue")`,
  'a request that the server sends': `
    await desk.ask({})`,
  'a handler of another message': `
    def handle(message: auction.models.AuctionClosed) -> None: ...
    bids.on.bid_placed(handle)`,
  'an answer function for an unknown operation': `
    questions.connect_desk(answer={"calculate": lambda question: {}})`,
  'a reply that is not one of the operation': `
    auction.connect_auction(auth="token", params={"auctionId": "a1"}, answer={"ask_bidder": lambda request, reply: {"minutes": 5}})`,
};

/** The examples of docs/python.md that use the auction, as one program. */
function examples(): readonly string[] {
  const docs = readFileSync(join(import.meta.dirname, '../../docs/python.md'), 'utf8');
  return [...docs.matchAll(/```python\n(.*?)```/gs)].map(([, block = '']) => block);
}

function restExample(): string {
  return examples().find((block) => block.includes('RestClient')) ?? '';
}

function docsProgram(): string {
  const body = examples()
    .filter((block) => !block.includes('asyncio.run'))
    .join('\n');
  return [
    'import typing_extensions',
    'from auction import AuctionAskBidderReplies, AuctionAskBidderReply, TokenSource, connect_auction, models',
    '',
    'async def main(url: str, login: typing_extensions.Any) -> None:',
    ...body.split('\n').map((line) => (line === '' ? '' : `    ${line}`)),
    '    connect_auction(url, auth=tokens, params={"auctionId": ""}, answer={"ask_bidder": ask_bidder})',
    '',
  ].join('\n');
}

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
    for (const document of documents) {
      const openapi = document === 'asyncapi.json' ? 'openapi.yaml' : undefined;
      generated.push(await generatePackage(document, openapi));
    }
    for (const [title, body] of Object.entries({ ...allowed, ...rejected })) {
      await writeFile(join(folder, fileOf(title)), `${head}${body}\n`);
    }
    await writeFile(join(folder, 'docs.py'), docsProgram());
    await writeFile(join(folder, 'docs_rest.py'), restExample());
    for (const app of apps) {
      await cp(join(import.meta.dirname, app), join(folder, app));
    }
    const projects = generated.map(({ project }) => project);
    // Pyright ignores absolute paths in `include`.
    const include = ['.', ...projects.map((project) => relative(folder, project))];
    const config = { typeCheckingMode: 'strict', include, extraPaths: projects };
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

  it.each(apps)('accept %s', (app) => {
    expect(faultsIn(app)).toEqual([]);
  });

  it('accept the examples of docs/python.md', () => {
    expect(docsProgram()).toContain('place_bid');
    expect(faultsIn('docs.py')).toEqual([]);
  });

  it('accept the example of the REST client in docs/python.md', () => {
    expect(restExample()).toContain('create_post');
    expect(faultsIn('docs_rest.py')).toEqual([]);
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
