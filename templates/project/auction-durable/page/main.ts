/// <reference types="vite/client" />
/** The page of an auction: bids live, next to everybody else. */
import { connect, localStorageCursor } from 'posted/client';
import { type AuctionClient, auction as channel } from '../generated/asyncapi/client.ts';
import settings from '../settings.json' with { type: 'json' };

/** Vite's development server serves the page from another port than the auction. */
const url = import.meta.hot ? `ws://${location.hostname}:${settings.port}` : location.origin;
const auctionId = new URLSearchParams(location.search).get('auction') ?? 'a1';

const login = element('login', HTMLFormElement);
const bidding = element('bidding', HTMLFormElement);
const amount = element('amount', HTMLInputElement);
const bids = element('bids', HTMLOListElement);

login.addEventListener('submit', (event) => {
  event.preventDefault();
  const { username = '', password = '' } = Object.fromEntries(new FormData(login)) as Record<string, string>;
  join({ username, password });
});

/** Shows the auction as soon as the server has accepted the login. */
async function join(auth: { readonly username: string; readonly password: string }): Promise<void> {
  // A page that is opened again begins with the bids that it has missed.
  const cursor = localStorageCursor(`${auctionId} ${auth.username}`);
  const onReset = () => say('Earlier bids cannot be shown anymore.');
  const auction = connect(channel, { url, auth, params: { auctionId }, cursor, onReset });
  listen(auction);
  const stop = auction.status.subscribe((status) => {
    if (status.state === 'waiting') auction.close();
  });
  try {
    say('Connecting …');
    await auction.opened;
  } catch {
    // A browser does not tell a page why a server refused it.
    return say('That did not work. Check the password, and whether the server runs.');
  }
  stop();
  auction.status.subscribe(({ state }) => say(state === 'open' ? '' : 'Connecting …'));
  say('');
  document.body.dataset.state = 'open';
  bidding.addEventListener('submit', (event) => {
    event.preventDefault();
    bid(auction, Math.round(amount.valueAsNumber * 100));
  });
  amount.focus();
}

function listen(auction: AuctionClient): void {
  auction.on.auctionState(({ item, closesInMs, cents, bidder }) => {
    show('item', item);
    if (bidder !== undefined) addBid(bidder, cents);
    if (closesInMs === 0) close(bidder);
    else countDown(Date.now() + closesInMs);
  });
  auction.on.bidPlaced(({ bidder, cents }) => addBid(bidder, cents));
  auction.on.auctionClosed(({ winner }) => close(winner));
}

async function bid(auction: AuctionClient, cents: number): Promise<void> {
  try {
    const answer = await auction.placeBid({ cents });
    say(answer.is('bidRejected') ? `Too low: the highest bid is ${money(answer.highestCents)}.` : '');
  } catch (thrown) {
    say(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** Bids only rise, so the amount tells whether a bid is shown already, and where the others are. */
const rows = new Map<number, HTMLElement>();

/** Shows a bid, which may be in the state of the auction, among those that were missed, or both. */
function addBid(bidder: string, cents: number): void {
  if (rows.has(cents)) return;
  const [name, price] = [document.createElement('span'), document.createElement('b')];
  [name.textContent, price.textContent] = [bidder, money(cents)];
  const row = document.createElement('li');
  row.append(name, price);
  const lower = Math.max(...[...rows.keys()].filter((other) => other < cents));
  bids.insertBefore(row, rows.get(lower) ?? null);
  rows.set(cents, row);
  if (bids.firstElementChild !== row) return;
  show('price', money(cents));
  show('bidder', bidder);
  if (!(amount.valueAsNumber * 100 > cents)) amount.value = String(Math.floor(cents / 100) + 1);
}

let ticking: ReturnType<typeof setInterval> | undefined;

function countDown(closesAtMs: number): void {
  clearInterval(ticking);
  const tick = (): void => {
    const seconds = Math.max(0, Math.round((closesAtMs - Date.now()) / 1000));
    show('left', `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`);
  };
  ticking = setInterval(tick, 1000);
  tick();
}

function close(winner: string | undefined): void {
  clearInterval(ticking);
  document.body.dataset.state = 'closed';
  show('left', winner === undefined ? 'Closed without a bid' : `Sold to ${winner}`);
}

function money(cents: number): string {
  return (cents / 100).toLocaleString(undefined, { minimumFractionDigits: 2 });
}

function say(text: string): void {
  show('message', text);
}

function show(id: string, text: string): void {
  element(id, HTMLElement).textContent = text;
}

function element<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${type.name} with the id ${id}.`);
  return found;
}
