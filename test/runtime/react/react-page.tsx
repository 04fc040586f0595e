/** The script of the page in use-channel.test.ts: a component under StrictMode that records what it receives. */
import { useChannel, useStatus } from 'posted/react';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { chat } from '../client/chat-channel.ts';

export interface Props {
  readonly url: string;
  readonly room: string;
  /** Who records the messages: handlers that are passed to the hook, or a loop in an effect. */
  readonly by: 'handlers' | 'loop';
}

declare global {
  /** Renders the component, or removes it. */
  var render: (props: Props | null) => void;
  var recorded: { readonly texts: string[]; mounts: number };
}

globalThis.recorded = { texts: [], mounts: 0 };

function Chat({ url, room, by }: Props) {
  const [count, setCount] = useState(0);
  const record = (text: string) => {
    // Shows whether the handler is that of the latest render.
    globalThis.recorded.texts.push(`${count} ${text}`);
    setCount(count + 1);
  };
  const client = useChannel(
    chat,
    { url, auth: () => 'token', params: { room }, reconnect: { baseMs: 1, maxMs: 10 } },
    by === 'handlers' ? { post: ({ text }) => record(text) } : undefined,
  );
  useEffect(() => {
    globalThis.recorded.mounts += 1;
    if (client === null || by === 'handlers') return undefined;
    const stopping = new AbortController();
    void (async () => {
      for await (const message of client.messages({ signal: stopping.signal })) {
        if (message.type === 'post') globalThis.recorded.texts.push(message.text);
      }
    })();
    return () => stopping.abort();
  }, [client, by]);
  return (
    <>
      <button type="button" onClick={() => client?.say({ text: `${count}` })}>
        {useStatus(client).state}
      </button>
      <output>{count}</output>
    </>
  );
}

const root = createRoot(document.documentElement.appendChild(document.createElement('main')));
globalThis.render = (props) => {
  root.render(<StrictMode>{props && <Chat {...props} />}</StrictMode>);
};
