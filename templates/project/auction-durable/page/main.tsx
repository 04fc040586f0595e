/// <reference types="vite/client" />
/** The page of an auction: bids live, next to everybody else. */
import { localStorageCursor } from 'posted/client';
import { useChannel, useStatus } from 'posted/react';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { auction as channel } from '../generated/asyncapi/client.ts';
import settings from '../settings.json' with { type: 'json' };

/** Vite's development server serves the page from another port than the auction. */
const url = import.meta.hot ? `ws://${location.hostname}:${settings.port}` : location.origin;
const auctionId = new URLSearchParams(location.search).get('auction') ?? 'a1';

interface Login {
  readonly username: string;
  readonly password: string;
}

interface Bid {
  readonly bidder: string;
  readonly cents: number;
}

function Page() {
  const [auth, setAuth] = useState<Login | null>(null);
  const [item, setItem] = useState<string | null>(null);
  const [closesAtMs, setClosesAtMs] = useState(0);
  const [bids, setBids] = useState<readonly Bid[]>([]);
  const [end, setEnd] = useState<string | null>(null);
  const [note, setNote] = useState('');

  const addBid = (bid: Bid) => setBids((others) => withBid(others, bid));
  // A page that is opened again begins with the bids that it has missed.
  const cursor = localStorageCursor(`${auctionId} ${auth?.username}`);
  const onReset = () => setNote('Earlier bids cannot be shown anymore.');
  const auction = useChannel(channel, auth && { url, auth, params: { auctionId }, cursor, onReset }, {
    auctionState({ item, closesInMs, cents, bidder }) {
      setItem(item);
      setClosesAtMs(Date.now() + closesInMs);
      if (bidder !== undefined) addBid({ bidder, cents });
      if (closesInMs === 0) setEnd(endOf(bidder));
    },
    bidPlaced: addBid,
    auctionClosed: ({ winner }) => setEnd(endOf(winner)),
  });
  const status = useStatus(auction);

  async function bid(cents: number): Promise<void> {
    try {
      const answer = await auction?.placeBid({ cents });
      setNote(answer?.is('bidRejected') ? `Too low: the highest bid is ${money(answer.highestCents)}.` : '');
    } catch (thrown) {
      setNote(String(thrown));
    }
  }

  const messages = {
    connecting: 'Connecting …',
    waiting: 'Connecting …',
    open: note,
    closed: 'That did not work. Check the name and the password.',
  };
  return (
    <>
      {item === null ? (
        <LoginForm login={setAuth} />
      ) : (
        <section>
          <h1>{item}</h1>
          <div id="price">{bids[0] ? money(bids[0].cents) : '–'}</div>
          <div className="facts">
            <span>{bids[0]?.bidder ?? 'No bids yet'}</span>
            <span role="timer">{end ?? <Countdown closesAtMs={closesAtMs} />}</span>
          </div>
          {end === null && <BidForm highestCents={bids[0]?.cents ?? 0} bid={bid} />}
          <ol id="bids" aria-live="polite">
            {bids.map(({ bidder, cents }) => (
              <li key={cents}>
                <span>{bidder}</span>
                <b>{money(cents)}</b>
              </li>
            ))}
          </ol>
        </section>
      )}
      <p id="message" role="status">
        {auth && messages[status.state]}
      </p>
    </>
  );
}

function LoginForm({ login }: { readonly login: (login: Login) => void }) {
  return (
    <form action={(data) => login(Object.fromEntries(data) as unknown as Login)}>
      <h1>Join the auction</h1>
      <input
        name="username"
        placeholder="Name"
        aria-label="Name"
        pattern="\w{1,20}"
        autoComplete="username"
        required
      />
      <input
        name="password"
        type="password"
        placeholder="Password"
        aria-label="Password"
        autoComplete="current-password"
        required
      />
      <button type="submit">Join</button>
    </form>
  );
}

interface BidFormProps {
  readonly highestCents: number;
  readonly bid: (cents: number) => Promise<void>;
}

/** Without an amount, it bids the next whole number. */
function BidForm({ highestCents, bid }: BidFormProps) {
  const next = String(Math.floor(highestCents / 100) + 1);
  return (
    <form action={(data) => bid(Math.round(Number(data.get('amount') || next) * 100))}>
      <input
        name="amount"
        type="number"
        min="0.01"
        max="1000000"
        step="0.01"
        placeholder={next}
        aria-label="Amount"
      />
      <button type="submit">Bid</button>
    </form>
  );
}

function Countdown({ closesAtMs }: { readonly closesAtMs: number }) {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((closesAtMs - nowMs) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Adds a bid, which may be in the state of the auction, among those that were missed, or both. */
function withBid(bids: readonly Bid[], bid: Bid): readonly Bid[] {
  if (bids.some(({ cents }) => cents === bid.cents)) return bids;
  return [...bids, bid].toSorted((a, b) => b.cents - a.cents);
}

function endOf(winner: string | undefined): string {
  return winner === undefined ? 'Closed without a bid' : `Sold to ${winner}`;
}

function money(cents: number): string {
  return (cents / 100).toLocaleString(undefined, { minimumFractionDigits: 2 });
}

const main = document.querySelector('main');
if (main !== null)
  createRoot(main).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
