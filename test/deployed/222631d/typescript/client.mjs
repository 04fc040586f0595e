import { WebSocket } from "ws";
import { open, rename, writeFile } from "node:fs/promises";
// src/contract/close-codes.ts
/**
* Every code that this server closes a connection with (RFC 6455 section 7.4), and whether a client
* should connect again. The 44xx codes below 4420 mean what they mean in graphql-ws. After 4401 another
* try makes sense with other credentials only.
*/
const closeCodes = {
	normal: {
		code: 1e3,
		reconnect: false,
		reason: "done"
	},
	goingAway: {
		code: 1001,
		reconnect: true,
		reason: "the server is going away"
	},
	protocolError: {
		code: 1002,
		reconnect: false,
		reason: "the frame breaks RFC 6455"
	},
	unsupportedData: {
		code: 1003,
		reconnect: false,
		reason: "the contract has no messages in such frames"
	},
	invalidData: {
		code: 1007,
		reconnect: false,
		reason: "the text is not UTF-8"
	},
	policyViolation: {
		code: 1008,
		reconnect: false,
		reason: "the message has too many fragments"
	},
	tooBig: {
		code: 1009,
		reconnect: false,
		reason: "the message is too big"
	},
	internalError: {
		code: 1011,
		reconnect: true,
		reason: "the server failed"
	},
	serviceRestart: {
		code: 1012,
		reconnect: true,
		reason: "the server restarts"
	},
	tryAgainLater: {
		code: 1013,
		reconnect: true,
		reason: "try again later"
	},
	badMessage: {
		code: 4400,
		reconnect: false,
		reason: "the message breaks the contract"
	},
	unauthorized: {
		code: 4401,
		reconnect: true,
		reason: "the credentials have expired"
	},
	forbidden: {
		code: 4403,
		reconnect: false,
		reason: "not allowed"
	},
	slowConsumer: {
		code: 4420,
		reconnect: true,
		reason: "the connection reads too slowly"
	}
};
/** Whether a client should connect again after `code`. Codes that nobody here sends, 1006 among them, mean yes. */
function shouldReconnect(code) {
	return Object.values(closeCodes).find((known) => known.code === code)?.reconnect ?? true;
}
// src/client/client-error.ts
/** The one error class of the client. No message of it holds a credential or the content of a message. */
var PostedClientError = class extends Error {
	name = "PostedClientError";
	code;
	/** The HTTP status of the refused handshake. Browsers do not show it. */
	status;
	/** The close code of RFC 6455 section 7.4. */
	closeCode;
	constructor(code, message, details = {}) {
		super(message, "cause" in details ? { cause: details.cause } : void 0);
		this.code = code;
		this.status = details.status;
		this.closeCode = details.closeCode;
	}
};
function invalidOptions(message) {
	return new PostedClientError("invalid_options", message);
}
// src/guard.ts
/**
* Asks a guard about a value of any depth. The guards of schemas that contain themselves call themselves, and a
* stranger's value may be nested more deeply than the stack is: such a value is refused like any other wrong one.
*/
function accepts(guard, value) {
	try {
		return guard(value);
	} catch (thrown) {
		if (!(thrown instanceof RangeError)) throw thrown;
		guard.errors = [{
			instancePath: "",
			keyword: "",
			message: "is nested too deeply",
			params: {}
		}];
		return false;
	}
}
/**
* Says what the last failed call of `guard` found, where, and what is allowed there: one sentence
* that repeats the contract but never the value, so that it may be sent and logged. `subject` names
* what was checked.
*/
function explain(guard, subject = "") {
	const error = guard.errors?.[0];
	if (error === void 0) return `${subject || "the value"} does not match the contract`;
	return `${`${subject} ${error.instancePath}`.trim() || "the value"} ${error.message ?? "does not match the contract"}${detail(error)}`;
}
function detail({ keyword, params }) {
	switch (keyword) {
		case "additionalProperties": return `: unknown property ${JSON.stringify(String(params.additionalProperty).slice(0, 64))}`;
		case "enum": return `: ${JSON.stringify(params.allowedValues)}`;
		case "const": return `: ${JSON.stringify(params.allowedValue)}`;
		default: return "";
	}
}
// src/contract/telling.ts
/** Which message a JSON value is. Client and server share this file; it runs anywhere. */
/**
* Finds which of `messages`, all those with JSON of one direction, a value is: by its tag; without
* tags by the guards, in order; where there is but one, that one. What is found by its tag, or because
* there are no others, is not checked yet.
*/
function tellMessage(messages, value) {
	const [first, second] = messages;
	if (second === void 0 && first?.tag === void 0) return first;
	return messages.find(({ tag, guard }) => tag === void 0 ? guard !== void 0 && accepts(guard, value) : hasTag(value, tag));
}
function hasTag(value, { path, values }) {
	return values.includes(readPath(value, path));
}
/** What stands at the end of a path of property names; undefined where there is nothing. */
function readPath(value, path) {
	let found = value;
	for (const name of path) {
		if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return void 0;
		found = found[name];
	}
	return found;
}
// src/contract/correlation.ts
/** The correlation id of a message (AsyncAPI 3.0, Correlation ID Object). Client and server share this file; it runs anywhere. */
/** Undefined where the value has none at the path; only text and numbers can be told apart and written again. */
function readCorrelationId(value, path) {
	const id = readPath(value, path);
	return typeof id === "string" || typeof id === "number" ? id : void 0;
}
/**
* A copy of the value with the id at the path; objects on the way are made where they are missing.
* The value itself where it is no object, or holds something else on the way: its guard will say so.
*/
function writeCorrelationId(value, path, id) {
	const [name, ...rest] = path;
	if (name === void 0) return id;
	if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
	const inner = readPath(value, [name]);
	return {
		...value,
		[name]: writeCorrelationId(inner === void 0 ? {} : inner, rest, id)
	};
}
// src/client/messages.ts
/** Reads what the server sent. The error, which is returned, is `bad_frame`. */
function decodeMessage({ send: messages }, frame) {
	if (typeof frame !== "string") {
		const bytes = messages.find(({ encoding }) => encoding === "binary");
		if (bytes === void 0) return badFrame("A binary message came, and the contract has none.");
		return {
			name: bytes.name,
			message: frame
		};
	}
	const text = messages.find(({ encoding }) => encoding === "text");
	if (text !== void 0) return checkReceived(text, frame);
	let message;
	try {
		message = JSON.parse(frame);
	} catch {
		return badFrame("What came is no JSON.");
	}
	const descriptor = tellMessage(messages.filter(isJson), message);
	if (descriptor === void 0) return badFrame(`What came is none of ${names(messages)}.`);
	return checkReceived(descriptor, message);
}
/**
* Checks and writes what the client sends.
*
* @throws PostedClientError `bad_message`
*/
function encodeMessage({ receive }, name, message) {
	const descriptor = receive.find((candidate) => candidate.name === name);
	if (descriptor === void 0) throw badMessage(`The server takes no such message: ${names(receive)}.`);
	const problem = findProblem(descriptor, message);
	if (problem !== null) throw badMessage(`The message ${name} breaks the contract: ${problem}.`);
	return isJson(descriptor) ? JSON.stringify(message) : message;
}
/** Which of `messages` a value is that the application gives without its name. */
function tellValue(messages, value) {
	const [first, second] = messages;
	if (second === void 0) return first;
	if (value instanceof Uint8Array) return messages.find(({ encoding }) => encoding === "binary");
	return messages.find(({ encoding }) => encoding === "text") ?? tellMessage(messages.filter(isJson), value);
}
/**
* Writes what tells the server that everything up to a place is processed.
*
* @throws PostedClientError `bad_message`
*/
function encodeAck(channel, { ack, cursor }, place) {
	const { path = [], values = [] } = channel.receive.find(({ name }) => name === ack)?.tag ?? {};
	return encodeMessage(channel, ack, {
		...path.reduceRight((value, name) => ({ [name]: value }), values[0]),
		[cursor]: place
	});
}
/** Null where the contract allows the message. */
function findProblem(descriptor, message) {
	const { encoding, guard, tag } = descriptor;
	if (encoding === "binary") return message instanceof Uint8Array ? null : "it is no Uint8Array";
	if (encoding === "text" && typeof message !== "string") return "it is no text";
	if (guard !== void 0 && !accepts(guard, message)) return explain(guard);
	if (encoding === "text" && !String(message).isWellFormed()) return "it holds half a surrogate pair";
	if (tag !== void 0 && !hasTag(message, tag)) return `/${tag.path.join("/")} must be there: it tells the message from others`;
	return null;
}
function checkReceived(descriptor, message) {
	const { name } = descriptor;
	const problem = findProblem(descriptor, message);
	return problem === null ? {
		name,
		message
	} : badFrame(`A message ${name} breaks the contract: ${problem}.`);
}
function isJson({ encoding }) {
	return encoding === "json";
}
function names(messages) {
	return `the channel's messages (${messages.map(({ name }) => name).join(", ")})`;
}
function badFrame(message) {
	return new PostedClientError("bad_frame", message);
}
function badMessage(message) {
	return new PostedClientError("bad_message", message);
}
// src/client/correlate.ts
/**
* A question with a correlation id: its own, else a UUID, or `spare` where the contract wants a number.
* As it is where the contract has no place for one.
*/
function identify(descriptor, message, spare) {
	const { correlationId: path } = descriptor;
	if (path === void 0 || readCorrelationId(message, path) !== void 0) return message;
	const withText = writeCorrelationId(message, path, randomUuid());
	if (findProblem(descriptor, withText) === null) return withText;
	const withNumber = writeCorrelationId(message, path, spare);
	return findProblem(descriptor, withNumber) === null ? withNumber : withText;
}
/** Undefined where there is none. */
function idOf(descriptor, message) {
	return descriptor?.correlationId && readCorrelationId(message, descriptor.correlationId);
}
/** An answer with the correlation id of its question. */
function answerTo(id, descriptor, message) {
	if (id === void 0 || descriptor?.correlationId === void 0) return message;
	return writeCorrelationId(message, descriptor.correlationId, id);
}
/** RFC 9562 section 5.4. `crypto.randomUUID` is not there in pages that came over HTTP. */
function randomUuid() {
	const bytes = crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(16));
	bytes[6] = (bytes[6] ?? 0) & 15 | 64;
	bytes[8] = (bytes[8] ?? 0) & 63 | 128;
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
// src/client/inbox.ts
/**
* What waits for the application, in the order of arrival. It takes more than its limit,
* for what has been read cannot be unread: whoever fills it stops when it is full and goes on when
* there is room.
*/
var Inbox = class {
	#limit;
	#waiting = [];
	#ended = false;
	/** Resolved by the next `put` or `end`. */
	#change = null;
	/** Not null while it is full. */
	#room = null;
	constructor(limit) {
		this.#limit = limit;
	}
	get isFull() {
		return this.#room !== null;
	}
	/** Resolves when it is not full. */
	async room() {
		await this.#room?.promise;
	}
	/** Returns true when this has filled it. */
	put(item) {
		this.#waiting.push(item);
		this.#changed();
		if (this.#room !== null || this.#waiting.length < this.#limit) return false;
		this.#room = Promise.withResolvers();
		return true;
	}
	/** Drops what waits. */
	clear() {
		this.#waiting.length = 0;
		this.#taken();
	}
	/** Lets those who take come to an end once nothing waits any more. */
	end() {
		this.#ended = true;
		this.#changed();
	}
	/** Takes until the end. Each item goes to one taker only, which is done with it when it asks for the next. */
	async *take() {
		for (;;) {
			const item = this.#waiting.shift();
			if (item !== void 0) {
				this.#taken();
				yield item;
			} else if (this.#ended) return;
			else {
				this.#change ??= Promise.withResolvers();
				await this.#change.promise;
			}
		}
	}
	#changed() {
		this.#change?.resolve();
		this.#change = null;
	}
	/** It counts as full down to half of the limit, so that reading does not stop and start with every item. */
	#taken() {
		if (this.#waiting.length > this.#limit / 2) return;
		this.#room?.resolve();
		this.#room = null;
	}
};
// src/client/own-member.ts
/** What the application gave under a name of the contract, which may also be a name of `Object.prototype`. */
function ownMember(members, name) {
	return members !== void 0 && Object.hasOwn(members, name) ? members[name] : void 0;
}
// src/client/answers.ts
/** Has the application answer what the server asks, one question after the other. */
var Answers = class {
	inbox;
	#deps;
	constructor(deps) {
		this.#deps = deps;
		this.inbox = new Inbox(deps.limit);
	}
	/** The operation with which the server has asked, where the application answers it. */
	operationOf({ name }) {
		const { channel, handlers } = this.#deps;
		return channel.operations.find(({ name: operation, action, messages, reply }) => action === "send" && reply !== void 0 && messages.includes(name) && ownMember(handlers, operation) !== void 0);
	}
	/** Answers until the inbox ends. */
	async run() {
		for await (const asked of this.inbox.take()) await this.#answer(asked);
	}
	async #answer({ received, operation, send }) {
		const { channel, handlers, report } = this.#deps;
		let result;
		try {
			result = await ownMember(handlers, operation.name)?.(received.message);
		} catch (cause) {
			report(new PostedClientError("handler", `The function that answers ${operation.name} threw.`, { cause }));
			return;
		}
		try {
			const { name, message } = nameAnswer(operation, result);
			send(encodeMessage(channel, name, answerTo(idOf(channel.send.find((candidate) => candidate.name === received.name), received.message), channel.receive.find((candidate) => candidate.name === name), message)));
		} catch (thrown) {
			if (!(thrown instanceof PostedClientError)) throw thrown;
			report(thrown);
		}
	}
};
/** An operation with one answer is given its value, another the value with its name. */
function nameAnswer({ name: operation, reply = [] }, result) {
	const [only, second] = reply;
	if (only !== void 0 && second === void 0) return {
		name: only,
		message: result
	};
	const { message: name, payload } = Object(result);
	if (typeof name === "string" && reply.includes(name)) return {
		name,
		message: payload
	};
	throw new PostedClientError("bad_message", `The answer of ${operation} names none of ${reply.join(", ")}.`);
}
// src/client/connection.ts
/** How long the server may take to answer a close frame. */
const closeTimeoutMs = 3e3;
/** Opens a connection. After `close` no frame is handed over any more, and the ending is that closing. */
function openConnection(platform, target, connectTimeoutMs, events) {
	const { promise: ended, resolve } = Promise.withResolvers();
	let state = "connecting";
	let closing = null;
	const socket = platform.open(target, {
		opened() {
			if (state !== "connecting") return;
			state = "open";
			clearTimeout(timer);
			events.opened();
		},
		frame(frame) {
			if (state === "open") events.frame(frame);
		},
		ended(ending) {
			state = "ending";
			clearTimeout(timer);
			resolve(closing ?? ending);
		}
	});
	let timer = giveUpAfter(connectTimeoutMs, {
		kind: "unreachable",
		cause: /* @__PURE__ */ new Error(`no answer in ${connectTimeoutMs} ms`)
	});
	function giveUpAfter(delayMs, ending) {
		return setTimeout(() => {
			state = "ending";
			resolve(ending);
			socket.abandon();
		}, delayMs);
	}
	return {
		ended,
		get bufferedBytes() {
			return socket.bufferedBytes;
		},
		send: (frame) => socket.send(frame),
		pause: () => socket.pause(),
		resume: () => socket.resume(),
		close(code, reason) {
			if (state === "ending") return;
			clearTimeout(timer);
			closing = {
				kind: "closed",
				code,
				reason
			};
			timer = giveUpAfter(state === "open" ? closeTimeoutMs : 0, closing);
			state = "ending";
			socket.close(code, reason);
		}
	};
}
// src/client/deliveries.ts
const gone = "The server no longer has what this client has missed: messages are missing. The option onReset is told of it.";
/** Hands the messages to the application, in the order of arrival. */
var Deliveries = class {
	inbox;
	#deps;
	constructor(deps) {
		this.#deps = deps;
		this.inbox = new Inbox(deps.limit);
	}
	/** The messages, for an application without handlers. */
	async *read() {
		for await (const { message } of this.#take()) yield message;
	}
	/** Calls the handlers until the inbox ends; without any it leaves the messages where they are. */
	async run() {
		const { handlers, report } = this.#deps;
		if (handlers === void 0) return;
		for await (const { name, message } of this.#take()) try {
			await ownMember(handlers, name)?.(message);
		} catch (cause) {
			report(new PostedClientError("handler", `The handler of ${name} threw.`, { cause }));
		}
	}
	/** What is for the application, which is done with each when it asks for the next, or leaves. */
	async *#take() {
		const { resumption } = this.#deps;
		for await (const delivery of this.inbox.take()) {
			const done = resumption?.handOver(delivery);
			try {
				if (delivery.name === resumption?.names.reset) await this.#reset(delivery.message);
				else if (delivery.name !== resumption?.names.checkpoint) yield delivery;
			} finally {
				done?.();
			}
		}
	}
	async #reset(message) {
		const { onReset, report } = this.#deps;
		if (onReset === void 0) {
			report(new PostedClientError("reset", gone));
			return;
		}
		try {
			await onReset(message);
		} catch (cause) {
			report(new PostedClientError("handler", "The function onReset threw.", { cause }));
		}
	}
};
// src/contract/base64.ts
/** Base64 (RFC 4648 section 4) of text in UTF-8. Client and server share this file; it runs anywhere. */
function encodeBase64(text) {
	return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}
// src/contract/subprotocol.ts
/**
* How a browser, which cannot set headers on a WebSocket, carries credentials: as subprotocols that it
* offers (RFC 6455 section 1.9). Client and server share this file; it runs anywhere.
*/
/** The subprotocol that the server answers with. It is offered beside the credentials, which are never echoed. */
const subprotocol = "posted.v1";
/** The subprotocol to offer for a bearer token (RFC 6750). */
function encodeBearerProtocol(token) {
	return encode("bearer", token);
}
/** The subprotocol to offer for a user's name, which holds no colon, and password (RFC 7617). */
function encodeBasicProtocol({ username, password }) {
	return encode("basic", `${username}:${password}`);
}
/** The subprotocol to offer for an API key that the contract has stand in `header`. */
function encodeApiKeyProtocol(header, key) {
	return encode("apikey", `${header}:${key}`);
}
/** In base64url without padding (RFC 4648 section 5), for a subprotocol is a token of RFC 9110. */
function encode(kind, text) {
	const base64url = encodeBase64(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
	return prefixOf(kind) + base64url;
}
function prefixOf(kind) {
	return `base64url.${kind}.posted.`;
}
// src/client/handshake-target.ts
/** What one handshake asks for, with the credentials in their places. */
function handshakeTarget(url, given, credentials) {
	const target = new URL(url);
	const headers = { ...given };
	for (const { query, header } of credentials) {
		if (query !== void 0) target.searchParams.set(...query);
		if (header === void 0) continue;
		const [name, value] = header;
		headers[name] = (name === "Cookie" && headers[name] !== void 0 ? `${headers[name]}; ` : "") + value;
	}
	const protocols = credentials.flatMap(({ protocol }) => protocol ?? []);
	return {
		url: target,
		headers,
		protocols: protocols.length === 0 ? [] : [subprotocol, ...protocols]
	};
}
// src/client/safely.ts
/** What a callback throws is the platform's to report, as of any event listener; the client goes on. */
function safely(callback) {
	return (value) => {
		try {
			callback(value);
		} catch (thrown) {
			queueMicrotask(() => {
				throw thrown;
			});
		}
	};
}
// src/client/settings.ts
/** @throws PostedClientError `invalid_options` */
function resolveSettings(settings) {
	const { reconnect = {} } = settings;
	return {
		onStatus: safely(settings.onStatus ?? (() => {})),
		onError: safely(settings.onError ?? console.error),
		backoff: reconnect === false ? null : {
			baseMs: atLeast(1, "reconnect.baseMs", reconnect.baseMs ?? 250),
			maxMs: atLeast(1, "reconnect.maxMs", reconnect.maxMs ?? 3e4)
		},
		connectTimeoutMs: atLeast(1, "connectTimeoutMs", settings.connectTimeoutMs ?? 15e3),
		silenceTimeoutMs: atLeast(0, "silenceTimeoutMs", settings.silenceTimeoutMs ?? 75e3),
		maxFrameBytes: atLeast(1, "maxFrameBytes", settings.maxFrameBytes ?? 1048576),
		maxWaitingMessages: atLeast(1, "maxWaitingMessages", settings.maxWaitingMessages ?? 1024)
	};
}
/** Timers of JavaScript take 31 bits; what is larger would fire at once. */
const maxSetting = 2 ** 31 - 1;
function atLeast(minimum, name, value) {
	if (Number.isSafeInteger(value) && value >= minimum && value <= maxSetting) return value;
	throw new PostedClientError("invalid_options", `${name} is no whole number from ${minimum} to ${maxSetting}.`);
}
// src/client/requests.ts
/** How many answers the server may owe. */
const maxEntries = 1024;
/**
* What the client has asked on one connection after the other. A question that is no longer waited for
* keeps its place until the connection ends: its answer may still come, and is not the next one's.
*/
var Requests = class {
	#channel;
	#entries = /* @__PURE__ */ new Set();
	#lastNumber = 0;
	constructor(channel) {
		this.#channel = channel;
	}
	/** Sends a question, and waits for what answers it: a value, or one of several with its name. */
	async ask(operation, message, { timeoutMs = 1e4, signal }, send) {
		atLeast(1, "timeoutMs", timeoutMs);
		signal?.throwIfAborted();
		const question = this.#write(operation, message);
		if (this.#entries.size >= maxEntries && !this.#forgetOne()) throw new PostedClientError("send_buffer_full", `The server owes ${maxEntries} answers.`);
		send(question.frame);
		const { name, message: answer } = await this.#wait(question, timeoutMs, signal);
		return question.replies.length === 1 ? answer : {
			message: name,
			payload: answer
		};
	}
	/** Hands an answer to whoever waits for it; false where nobody asked. */
	settle(received) {
		const id = idOf(this.#channel.send.find(({ name }) => name === received.name), received.message);
		const entry = this.#entries.values().find((candidate) => candidate.replies.includes(received.name) && (candidate.id === void 0 || candidate.id === id));
		if (entry === void 0) return false;
		this.#entries.delete(entry);
		entry.waiting?.resolve(received);
		return true;
	}
	/** No answer can come any more. */
	end(error) {
		for (const { waiting } of this.#entries) waiting?.reject(error);
		this.#entries.clear();
	}
	#write(name, message) {
		const { operations, receive, send } = this.#channel;
		const operation = operations.find((candidate) => candidate.name === name && isRequest(candidate));
		if (operation === void 0) throw new PostedClientError("bad_message", `The channel has no operation ${name} that answers.`);
		const replies = operation.reply ?? [];
		const asked = tellValue(receive.filter((candidate) => operation.messages.includes(candidate.name)), message);
		if (asked === void 0) throw new PostedClientError("bad_message", `The message is none of the operation's (${operation.messages.join(", ")}).`);
		this.#lastNumber += 1;
		const question = identify(asked, message, this.#lastNumber);
		return {
			frame: encodeMessage(this.#channel, asked.name, question),
			replies,
			id: send.filter((candidate) => replies.includes(candidate.name)).every(({ correlationId }) => correlationId !== void 0) ? idOf(asked, question) : void 0
		};
	}
	async #wait(question, timeoutMs, signal) {
		const waiting = Promise.withResolvers();
		const entry = {
			...question,
			waiting
		};
		const giveUp = (reason) => {
			entry.waiting = null;
			waiting.reject(reason);
		};
		const timer = setTimeout(() => giveUp(new PostedClientError("timeout", `No answer in ${timeoutMs} ms.`)), timeoutMs);
		const abort = () => giveUp(signal?.reason);
		signal?.addEventListener("abort", abort);
		this.#entries.add(entry);
		try {
			return await waiting.promise;
		} finally {
			clearTimeout(timer);
			signal?.removeEventListener("abort", abort);
		}
	}
	/** Makes room by what is known by its id and no longer waited for. */
	#forgetOne() {
		const entry = this.#entries.values().find(({ waiting, id }) => waiting === null && id !== void 0);
		return entry !== void 0 && this.#entries.delete(entry);
	}
};
function isRequest({ action, reply }) {
	return action === "receive" && reply !== void 0;
}
// src/client/retry.ts
/** How long a connection must have held for the back-off to begin again. */
const stableMs = 1e4;
/** The longest time to stay away that is obeyed. */
const maxRetryAfterMs = 36e5;
/** HTTP statuses below 500 that pass with time (RFC 9110, RFC 8470, RFC 6585). */
const passing = /* @__PURE__ */ new Set([
	408,
	425,
	429
]);
/** Decides after each ending whether another attempt can help, and when. */
var Retry = class {
	#deps;
	#attempts = 0;
	/** By the clock of `performance.now`, which nobody sets. */
	#openedAtMs = null;
	#everOpen = false;
	constructor(deps) {
		this.#deps = deps;
	}
	opened() {
		this.#openedAtMs = performance.now();
		this.#everOpen = true;
		this.#deps.credentials?.accepted();
	}
	/**
	* `askedMs`: after what time the server has asked the client to come back, before the connection
	* ended. It takes the place of the back-off, for such a server spreads its clients itself.
	*/
	after(failure, askedMs = null) {
		if (this.#openedAtMs !== null && performance.now() - this.#openedAtMs >= stableMs) this.#attempts = 0;
		this.#openedAtMs = null;
		this.#attempts += 1;
		const verdict = this.#judge(failure);
		const { backoff } = this.#deps;
		if (verdict.error === null || verdict.final || backoff === null) return {
			again: false,
			error: verdict.error
		};
		const ceilingMs = Math.min(backoff.maxMs, backoff.baseMs * 2 ** (this.#attempts - 1));
		const serverMs = failure.kind === "refused" ? Math.min(failure.retryAfterMs, maxRetryAfterMs) : 0;
		let delayMs = Math.round(serverMs + Math.random() * ceilingMs);
		if (askedMs !== null) {
			const spreadMs = Math.min(askedMs, maxRetryAfterMs);
			delayMs = this.#attempts === 1 ? spreadMs : Math.max(spreadMs, delayMs);
		}
		return {
			again: true,
			delayMs,
			attempt: this.#attempts,
			error: verdict.error
		};
	}
	#judge(failure) {
		if (failure.kind === "not tried") return {
			final: failure.error.code === "unauthorized",
			error: failure.error
		};
		if (failure.kind === "unreachable") return this.#judgeUnreachable(failure.cause);
		return failure.kind === "refused" ? this.#judgeRefused(failure) : this.#judgeClosed(failure);
	}
	#judgeUnreachable(cause) {
		const gaveUp = !this.#everOpen && this.#attempts >= this.#deps.maxFirstAttempts;
		const why = said(cause instanceof Error ? cause.message || cause.name : "the platform does not say why", this.#deps.credentials);
		return {
			final: gaveUp,
			error: new PostedClientError("unreachable", gaveUp ? `There was no connection in ${this.#attempts} attempts${why}. Check the URL, the credentials, the network, and that the server allows this page's origin.` : `There was no connection${why}.`, { cause })
		};
	}
	#judgeRefused({ status, message }) {
		const { credentials } = this.#deps;
		const text = `The server refused the connection with HTTP ${status}${said(message, credentials)}.`;
		if (status === 401 && credentials !== null) return unauthorized(text, credentials, { status });
		return {
			final: status < 500 && !passing.has(status),
			error: new PostedClientError("refused", text, { status })
		};
	}
	#judgeClosed({ code, reason, cause }) {
		if (code === closeCodes.normal.code) return {
			final: true,
			error: null
		};
		const { credentials } = this.#deps;
		const details = {
			closeCode: code,
			...cause === void 0 ? {} : { cause }
		};
		const why = said(reason || (cause instanceof Error ? cause.message : ""), credentials);
		const text = code === 1006 ? `The connection was lost${why}.` : `The connection was closed with ${code}${why}.`;
		if (code === closeCodes.unauthorized.code && credentials !== null) return unauthorized(text, credentials, details);
		return {
			final: !shouldReconnect(code),
			error: new PostedClientError("closed", text, details)
		};
	}
};
function unauthorized(message, credentials, details) {
	return {
		final: !credentials.refused(),
		error: new PostedClientError("unauthorized", message, details)
	};
}
function said(text, credentials) {
	const shown = (credentials?.withoutSecrets(text) ?? text).replaceAll(/\p{Cc}+/gu, " ").slice(0, 300).trim();
	return shown === "" ? "" : `: ${shown.replace(/\.$/, "")}`;
}
// src/client/wait.ts
/** Resolves once `signal` is aborted. */
function aborted(signal) {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve(), { once: true });
	});
}
/** Waits, or less if `signal` is aborted before. */
async function sleep(delayMs, signal) {
	const awake = new AbortController();
	const timer = setTimeout(() => awake.abort(), delayMs);
	await aborted(AbortSignal.any([signal, awake.signal]));
	clearTimeout(timer);
}
/** What `promise` settles to, or a rejection once the time is up or `signal` is aborted. */
async function within(promise, limitMs, signal) {
	const settled = new AbortController();
	const timeUp = sleep(limitMs, AbortSignal.any([signal, settled.signal])).then(() => {
		throw new Error(`no answer in ${limitMs} ms`);
	});
	try {
		return await Promise.race([promise, timeUp]);
	} finally {
		settled.abort();
	}
}
// src/client/channel-client.ts
/** How much may wait to be sent on a connection. */
const maxSendBufferBytes = 1048576;
const tooSlow = "The application takes messages too slowly. The connection is closed and opened again; messages in between may be missing.";
/** The client of any channel; `Client` is the face of it that knows the channel's types. */
var ChannelClient = class {
	closed;
	#deps;
	#retry;
	#deliveries;
	#answers;
	#requests;
	#stopping = new AbortController();
	/** Null unless it is open. */
	#connection = null;
	constructor(deps) {
		this.#deps = deps;
		const { channel, settings, resumption, onReset } = deps;
		const { onError: report, maxWaitingMessages: limit } = settings;
		this.#retry = new Retry({
			backoff: settings.backoff,
			maxFirstAttempts: deps.platform.maxFirstAttempts,
			credentials: deps.credentials
		});
		this.#deliveries = new Deliveries({
			handlers: deps.handlers,
			onReset,
			resumption,
			limit,
			report
		});
		this.#answers = new Answers({
			channel,
			handlers: deps.answerHandlers,
			limit,
			report
		});
		this.#requests = new Requests(channel);
		deps.signal?.addEventListener("abort", () => this.close(), { signal: this.#stopping.signal });
		if (deps.signal?.aborted) this.close();
		this.closed = this.#run();
		this.closed.catch(() => {});
	}
	send(name, message) {
		this.#send(encodeMessage(this.#deps.channel, name, message));
	}
	request(operation, message, options = {}) {
		return this.#requests.ask(operation, message, options, (frame) => this.#send(frame));
	}
	close() {
		this.#stopping.abort();
		for (const { inbox } of this.#takers) inbox.clear();
		this.#requests.end(new PostedClientError("closed", "The client was closed before the answer came."));
	}
	[Symbol.asyncIterator]() {
		if (this.#deps.handlers === void 0) return this.#messages();
		throw new TypeError("A client with handlers (option `on`) cannot be read by `for await`.");
	}
	async [Symbol.asyncDispose]() {
		this.close();
		await this.closed.catch(() => {});
	}
	async *#messages() {
		yield* this.#deliveries.read();
		await this.#deps.resumption?.saved();
		await this.closed;
	}
	async #run() {
		await Promise.resolve();
		const handled = Promise.all(this.#takers.map((taker) => taker.run()));
		const { error, ...closed } = await this.#stayConnected();
		for (const { inbox } of this.#takers) inbox.end();
		await Promise.race([handled, aborted(this.#stopping.signal)]);
		this.#stopping.abort();
		await this.#deps.resumption?.saved();
		if (error !== null) this.#report(error);
		this.#tell({
			state: "closed",
			...closed,
			error
		});
		if (error !== null) throw error;
		return closed;
	}
	async #stayConnected() {
		const { signal } = this.#stopping;
		while (!signal.aborted) {
			this.#tell({ state: "connecting" });
			const failure = await this.#connectOnce();
			if (signal.aborted) break;
			const decision = this.#retry.after(failure, this.#deps.resumption?.ended());
			if (!decision.again) {
				const { code, reason } = failure.kind === "closed" ? failure : {
					code: 1006,
					reason: ""
				};
				return {
					code,
					reason: this.#deps.credentials?.withoutSecrets(reason) ?? reason,
					error: decision.error
				};
			}
			const { delayMs, attempt, error } = decision;
			this.#tell({
				state: "waiting",
				delayMs,
				attempt,
				error
			});
			await sleep(delayMs, signal);
			await this.#room();
		}
		return {
			code: closeCodes.normal.code,
			reason: "",
			error: null
		};
	}
	/** Resolves when the connection has ended, or could not be opened. */
	async #connectOnce() {
		const { platform, credentials, resumption, headers, settings } = this.#deps;
		const { signal } = this.#stopping;
		const notLoaded = await resumption?.load(settings.connectTimeoutMs, signal) ?? null;
		if (notLoaded !== null) return {
			kind: "not tried",
			error: notLoaded
		};
		const placed = credentials === null ? [] : await credentials.next(settings.connectTimeoutMs, signal);
		if (placed instanceof PostedClientError) return {
			kind: "not tried",
			error: placed
		};
		if (signal.aborted) return { kind: "unreachable" };
		const url = resumption?.begin(this.#deps.url) ?? this.#deps.url;
		const target = {
			...settings,
			...handshakeTarget(url, headers, placed)
		};
		let connection;
		try {
			connection = openConnection(platform, target, settings.connectTimeoutMs, {
				opened: () => this.#opened(connection),
				frame: (frame) => this.#take(frame, connection)
			});
		} catch (cause) {
			return {
				kind: "unreachable",
				cause
			};
		}
		const close = () => {
			resumption?.closing();
			connection.close(closeCodes.normal.code, "");
		};
		signal.addEventListener("abort", close);
		const ending = await connection.ended;
		signal.removeEventListener("abort", close);
		this.#connection = null;
		this.#requests.end(unanswered(ending));
		return ending;
	}
	#opened(connection) {
		this.#connection = connection;
		this.#retry.opened();
		this.#tell({ state: "open" });
	}
	#send(frame) {
		if (this.#connection === null || this.#stopping.signal.aborted) throw new PostedClientError("not_open", "There is no connection.");
		sendOn(this.#connection, frame);
	}
	#take(frame, connection) {
		const received = decodeMessage(this.#deps.channel, frame);
		if (received instanceof PostedClientError) this.#report(received);
		else if (this.#requests.settle(received)) return;
		else if (this.#isFilledBy(received, connection)) this.#slowDown(connection);
	}
	/** Whether the inbox of those who get the message is full now. */
	#isFilledBy(received, connection) {
		const operation = this.#answers.operationOf(received);
		if (operation !== void 0) {
			const send = (frame) => sendOn(connection, frame);
			return this.#answers.inbox.put({
				received,
				operation,
				send
			});
		}
		if (!isSent(this.#deps.channel, received)) {
			const what = `A message ${received.name} came, which answers, and nothing was asked.`;
			this.#report(new PostedClientError("bad_frame", what));
			return false;
		}
		const { resumption } = this.#deps;
		const delivery = resumption === null ? {
			...received,
			cursor: null,
			acks: null
		} : resumption.read(received, (ack) => acknowledge(ack, connection));
		return delivery !== null && this.#deliveries.inbox.put(delivery);
	}
	#slowDown(connection) {
		if (connection.pause()) {
			this.#room().then(() => connection.resume());
			return;
		}
		if (this.#deps.resumption === null) this.#report(new PostedClientError("slow_consumer", tooSlow));
		connection.close(closeCodes.slowConsumer.code, "the client cannot keep up");
	}
	/** Resolves when no inbox is full. */
	async #room() {
		while (this.#takers.some(({ inbox }) => inbox.isFull)) for (const { inbox } of this.#takers) await inbox.room();
	}
	get #takers() {
		return [this.#deliveries, this.#answers];
	}
	#tell(status) {
		this.#deps.settings.onStatus(status);
	}
	#report(error) {
		this.#deps.settings.onError(error);
	}
};
function sendOn(connection, frame) {
	if (connection.bufferedBytes + frame.length > maxSendBufferBytes) throw new PostedClientError("send_buffer_full", "The connection takes no more for now.");
	connection.send(frame);
}
/** Left out where the server does not read: the next ack says it too. */
function acknowledge(ack, connection) {
	if (connection.bufferedBytes < maxSendBufferBytes) connection.send(ack);
}
/** Whether the server sends the message also where it is no answer. */
function isSent({ operations }, { name }) {
	return operations.some(({ action, messages }) => action === "send" && messages.includes(name));
}
function unanswered(ending) {
	return new PostedClientError("closed", "The connection was lost before the answer came.", ending.kind === "closed" ? { closeCode: ending.code } : {});
}
// src/client/path-template.ts
const expression = /\{([^{}]+)\}/;
/** A path with its `{expressions}` filled in, percent-encoded (RFC 3986). `option` names where the values came from. */
function fillPath(template, option, values) {
	const path = template.split(expression).map((part, index) => {
		if (index % 2 === 0) return part.split("/").map(encodeURIComponent).join("/");
		const value = values[part] ?? "";
		if (value === "") throw invalidOptions(`${option}: ${part} is missing or empty.`);
		if (!value.isWellFormed()) throw invalidOptions(`${option}: ${part} holds half a surrogate pair.`);
		return encodeURIComponent(value);
	}).join("");
	if (path.split("/").some((segment) => segment === "." || segment === "..")) throw invalidOptions(`${option}: a segment of one or two dots is no part of a path.`);
	return path;
}
// src/client/server-url.ts
const schemes = {
	"ws:": "ws:",
	"wss:": "wss:",
	"http:": "ws:",
	"https:": "wss:"
};
/**
* The URL to which a channel's address is appended: the one that the application gives, or that of a
* server of the contract.
*
* @throws PostedClientError `invalid_options`
*/
function serverUrl({ servers }, { url, server, variables }) {
	if (url !== void 0) {
		if (server === void 0 && variables === void 0) return givenUrl(url);
		throw invalidOptions("url: it takes the place of server and variables. Give one or the other.");
	}
	if (servers.length === 0) throw invalidOptions("url: it is missing, and the contract names no server.");
	const chosen = server === void 0 ? servers[0] : servers.find(({ name }) => name === server);
	if (chosen === void 0) throw invalidOptions(`server: the channel has ${servers.map(({ name }) => name).join(", ")}.`);
	return contractUrl(chosen, variables);
}
function givenUrl(given) {
	const parsed = URL.parse(given);
	const scheme = parsed === null ? void 0 : schemes[parsed.protocol];
	if (parsed === null || scheme === void 0) throw invalidOptions("The url is none of ws, wss, http or https.");
	if (parsed.username !== "" || parsed.password !== "" || parsed.search !== "" || parsed.hash !== "") throw invalidOptions("The url has a user, a query or a fragment. Use the options credentials and query.");
	const url = new URL(parsed);
	url.protocol = scheme;
	return url;
}
function contractUrl({ name, protocol, host, pathname, variables }, given = {}) {
	for (const unknown of Object.keys(given).filter((key) => !Object.hasOwn(variables, key))) throw invalidOptions(`variables: the server ${name} has no ${unknown}.`);
	const values = Object.fromEntries(Object.entries(variables).map(([variable, { values: allowed, default: preset }]) => {
		const value = ownMember({ ...given }, variable) ?? preset;
		if (typeof value === "string" && (allowed.length === 0 || allowed.includes(value))) return [variable, value];
		throw invalidOptions(`variables: ${variable} must be ${allowed.length === 0 ? "a text" : `one of ${allowed.join(", ")}`}.`);
	}));
	const filled = host.replaceAll(/\{([^{}]+)\}/g, (_, variable) => values[variable] ?? "");
	const url = /[\s/?#@\\]/.test(filled) ? null : URL.parse(`${protocol}://${filled}`);
	if (url === null) throw invalidOptions(`server: the host of ${name} is none, with these variables.`);
	url.pathname = fillPath(pathname, "variables", values);
	return url;
}
// src/client/texts.ts
/**
* What the application gives by name, as the text that is sent, checked; without what is undefined.
*
* @throws PostedClientError `invalid_options`
*/
function texts(option, guard, values = {}) {
	const entries = Object.entries(values).flatMap(([name, value]) => {
		if (value === void 0) return [];
		if (typeof value === "object") throw invalidOptions(`${option}: ${name} is no text, number or boolean.`);
		return [[name, String(value)]];
	});
	const result = Object.fromEntries(entries);
	if (guard === void 0) {
		if (entries.length > 0) throw invalidOptions(`${option}: the channel has none.`);
	} else if (!guard({ ...result })) throw invalidOptions(`${option}: ${explain(guard)}.`);
	return result;
}
// src/client/channel-url.ts
/**
* The URL of a channel: the path of the server, the address with its parameters, the query; what came
* from the application is checked and percent-encoded (RFC 3986).
*
* @throws PostedClientError `invalid_options`
*/
function channelUrl(channel, target) {
	const url = serverUrl(channel, target);
	const given = Object.entries(target.parameters ?? {}).filter(([, value]) => value !== void 0);
	const parameters = texts("parameters", channel.parameters, {
		...channel.parameterDefaults,
		...Object.fromEntries(given)
	});
	url.pathname = url.pathname.replace(/\/$/, "") + fillPath(channel.address, "parameters", parameters);
	url.search = new URLSearchParams(texts("query", channel.query, target.query)).toString();
	return url;
}
// src/client/credential.ts
/** What is sent in a header as a bearer token (RFC 6750 section 2.1). */
const bearerToken = /^[A-Za-z0-9\-._~+/]+=*$/;
/** A field value of visible ASCII, with white space inside only (RFC 9110 section 5.5). */
const fieldValue$1 = /^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/;
/** RFC 6265 section 4.1.1. */
const cookieValue = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;
/** Null where `value` is none of the scheme's credentials: no header could carry it as it is. */
function placeCredential(scheme, value) {
	const { in: place, credentials, parameter } = scheme;
	if (credentials === "basic") return isUserPassword(value) ? placeBasic(value) : null;
	if (typeof value !== "string" || value === "" || !value.isWellFormed()) return null;
	const secrets = [value];
	switch (place) {
		case "authorization":
			if (!bearerToken.test(value)) return null;
			return {
				header: ["Authorization", `Bearer ${value}`],
				protocol: encodeBearerProtocol(value),
				secrets
			};
		case "user": return placeBasic({
			username: value,
			password: ""
		});
		case "password": return placeBasic({
			username: "",
			password: value
		});
		case "header":
			if (!fieldValue$1.test(value)) return null;
			return {
				header: [parameter, value],
				protocol: encodeApiKeyProtocol(parameter, value),
				secrets
			};
		case "query": return {
			query: [parameter, value],
			secrets: [...secrets, ...inUrl(value)]
		};
		case "cookie": return cookieValue.test(value) ? {
			header: ["Cookie", `${parameter}=${value}`],
			secrets
		} : null;
	}
}
/** The same text for schemes whose credentials take each other's place. */
function placeOf({ in: place, parameter }) {
	if (place === "query" || place === "cookie") return `${place} ${parameter}`;
	return `header ${place === "header" ? parameter.toLowerCase() : "authorization"}`;
}
function placeBasic(userPassword) {
	const { username, password } = userPassword;
	const text = `${username}:${password}`;
	if (username.includes(":") || /\p{Cc}/u.test(text) || !text.isWellFormed()) return null;
	const encoded = encodeBase64(text);
	const secrets = [
		encoded,
		password,
		...password === "" ? [username] : []
	].filter((secret) => secret !== "");
	return {
		header: ["Authorization", `Basic ${encoded}`],
		protocol: encodeBasicProtocol(userPassword),
		secrets
	};
}
function isUserPassword(value) {
	if (typeof value !== "object" || value === null) return false;
	const { username, password } = value;
	return typeof username === "string" && typeof password === "string";
}
/** How a text may look that has stood in a query: encoded in one of two ways, or half decoded. */
function inUrl(text) {
	return [
		new URLSearchParams([["", text]]).toString().slice(1),
		encodeURIComponent(text),
		text.replaceAll(" ", "+")
	];
}
// src/client/credential-source.ts
/** Where the credentials of every attempt come from, and what is known of the last. */
var CredentialSource = class CredentialSource {
	#given;
	#placed = [];
	#refused = "";
	#refusalsInARow = 0;
	constructor(given) {
		this.#given = given;
	}
	/**
	* Takes the first scheme of the channel for which there is a credential, and all that its operations
	* ask for besides. Null: there is nothing to send.
	*
	* @throws PostedClientError `invalid_options`
	*/
	static of(channel, credentials, { setsHeaders }) {
		const { security, operations } = channel;
		const own = withCredentials(security, credentials).slice(0, 1);
		const isElsewhere = !setsHeaders && security.some(({ in: place }) => place === "cookie");
		if (security.length > 0 && own.length === 0 && !isElsewhere) throw invalidOptions(`credentials: ${security.map(({ name }) => name).join(" or ")} is missing.`);
		const ofOperations = withCredentials(operations.flatMap((operation) => operation.security), credentials);
		const given = [...new Map([...own, ...ofOperations].map((one) => [one.scheme.name, one])).values()];
		for (const one of given) check(one, setsHeaders);
		checkPlaces(given);
		return given.length === 0 ? null : new CredentialSource(given);
	}
	/**
	* The credentials of the next attempt. The error, which is returned, is `credentials` where there are
	* none, or not in time, and `unauthorized` where they are what the server has refused.
	*/
	async next(limitMs, signal) {
		let values;
		try {
			const asked = this.#given.map(({ credential }) => ask(credential));
			values = await within(Promise.all(asked), limitMs, signal);
		} catch (cause) {
			if (cause instanceof PostedClientError && cause.code === "unauthorized") return cause;
			return new PostedClientError("credentials", "A function that gives credentials failed.", { cause });
		}
		const placed = [];
		for (const [index, { scheme }] of this.#given.entries()) {
			const credential = placeCredential(scheme, values[index]);
			if (credential === null) return new PostedClientError("credentials", `A function gave something else: ${mistake(scheme)}.`);
			placed.push(credential);
		}
		if (JSON.stringify(placed) === this.#refused) return new PostedClientError("unauthorized", "The server refused the credentials, and `credentials` gave the same ones again.");
		this.#placed = placed;
		return placed;
	}
	/** The server took the credentials. */
	accepted() {
		this.#refusalsInARow = 0;
	}
	/** The server refused the credentials, or they have expired. Returns whether others may help: not twice in a row. */
	refused() {
		this.#refused = JSON.stringify(this.#placed);
		this.#refusalsInARow += 1;
		return this.#given.some(({ credential }) => typeof credential === "function") && this.#refusalsInARow === 1;
	}
	/** Text of others, made fit to be shown: it may repeat what was sent. */
	withoutSecrets(text) {
		return this.#placed.flatMap((placed) => placed.secrets).toSorted((a, b) => b.length - a.length).reduce((shown, secret) => shown.replaceAll(secret, "[credential]"), text);
	}
};
function withCredentials(schemes, credentials) {
	return schemes.flatMap((scheme) => {
		const credential = ownMember(credentials, scheme.name);
		return credential === void 0 ? [] : [{
			scheme,
			credential
		}];
	});
}
async function ask(credential) {
	return typeof credential === "function" ? await credential() : credential;
}
function check({ scheme, credential }, setsHeaders) {
	if (scheme.in === "cookie" && !setsHeaders) throw invalidOptions(`credentials: a browser sends its own cookies; ${scheme.name} cannot be set here.`);
	if (typeof credential === "function" || placeCredential(scheme, credential) !== null) return;
	throw invalidOptions(`credentials: ${mistake(scheme)}.`);
}
const nouns = {
	bearer: "bearer token (RFC 6750 section 2.1)",
	basic: "user's name and password (RFC 7617 section 2)",
	apiKey: "key that can stand where the contract has it stand"
};
function mistake({ name, credentials }) {
	return `${name} is no ${nouns[credentials]}`;
}
function checkPlaces(given) {
	const taken = /* @__PURE__ */ new Map();
	for (const { scheme } of given) {
		const other = taken.get(placeOf(scheme));
		if (other !== void 0) throw invalidOptions(`credentials: ${other} and ${scheme.name} take each other's place. Give one of them.`);
		taken.set(placeOf(scheme), scheme.name);
	}
}
// src/client/cursor-keeper.ts
/** How long the end of a client may wait for the store. */
const lastSaveMs = 3e3;
/** Saves the cursor: one at a time, always the newest, whatever the store takes its time for. */
var CursorKeeper = class {
	#store;
	#report;
	#next = null;
	/** Not null while the store is at work. */
	#saving = null;
	#isFailing = false;
	constructor(store, report) {
		this.#store = store;
		this.#report = report;
	}
	/** What was saved before. The error, which is returned, is `cursor_store`. */
	async load(limitMs, signal) {
		try {
			return await within(Promise.try(() => this.#store.load()), limitMs, signal) ?? null;
		} catch (cause) {
			return failure("The cursor could not be loaded", cause);
		}
	}
	save(cursor) {
		this.#next = cursor;
		this.#saving ??= this.#saveAll();
	}
	/** Resolves when everything is saved, or the time for it is up. */
	async saved() {
		if (this.#saving === null) return;
		try {
			await within(this.#saving, lastSaveMs, new AbortController().signal);
		} catch (cause) {
			this.#report(failure("The cursor could not be saved", cause));
		}
	}
	async #saveAll() {
		while (this.#next !== null) {
			const cursor = this.#next;
			this.#next = null;
			try {
				await Promise.try(() => this.#store.save(cursor));
				this.#isFailing = false;
			} catch (cause) {
				if (!this.#isFailing) this.#report(failure("The cursor could not be saved", cause));
				this.#isFailing = true;
			}
		}
		this.#saving = null;
	}
};
function failure(what, cause) {
	return new PostedClientError("cursor_store", `${what}: ${cause instanceof Error ? cause.message : "the store does not say why"}.`, { cause });
}
// src/client/cursor-store.ts
/** Keeps the cursor in memory: enough for lost connections, not for a restart. */
function memoryCursor() {
	let kept = null;
	return {
		load: () => kept,
		save(cursor) {
			kept = cursor;
		}
	};
}
// src/client/handshake-headers.ts
/** Of latin1, without line breaks: what a header can hold (RFC 9110 section 5.5). */
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/**
* The headers that the ws binding names, as the application gives them.
*
* @throws PostedClientError `invalid_options`
*/
function handshakeHeaders(channel, given, { setsHeaders }) {
	if (!setsHeaders) return refuseHeaders(channel, given);
	const headers = texts("headers", channel.headers, given);
	for (const [name, value] of Object.entries(headers)) if (!fieldValue.test(value)) throw invalidOptions(`headers: ${name} holds what no header can.`);
	return headers;
}
function refuseHeaders({ headers: guard }, given = {}) {
	const areRequired = guard !== void 0 && !guard({});
	if (!areRequired && Object.keys(given).length === 0) return {};
	throw invalidOptions(`headers: a browser cannot set headers of a WebSocket${areRequired ? ", and the contract requires some" : ""}.`);
}
// src/client/acks.ts
/** How long an ack may wait for a newer one to take its place. */
const delayMs = 250;
/**
* The acks of one connection. They are cumulative, so that only the newest is sent: at the latest
* after 250 ms, or when a quarter of the server's window is processed, which then stays open.
*/
var Acks = class {
	#send;
	#mostTogether;
	#newest = null;
	#together = 0;
	#timer;
	constructor(send, window) {
		this.#send = send;
		this.#mostTogether = Math.max(1, Math.floor(window / 4));
	}
	/** Everything up to `cursor`, which came on this connection, is processed. */
	acknowledge(cursor) {
		this.#newest = cursor;
		this.#together += 1;
		if (this.#together >= this.#mostTogether) this.flush();
		else this.#timer ??= setTimeout(() => this.flush(), delayMs);
	}
	/** Sends what waits. */
	flush() {
		const cursor = this.#newest;
		this.stop();
		if (cursor !== null) this.#send(cursor);
	}
	/** Forgets what waits. */
	stop() {
		clearTimeout(this.#timer);
		this.#timer = void 0;
		this.#newest = null;
		this.#together = 0;
	}
};
// src/client/resumption.ts
/**
* Where a client is in the log. There are two places. A new connection begins after the newest
* message that was received, so that what still waits for the application is not sent again. Saved
* and acknowledged is only what the application is done with, so that a crash loses nothing.
*/
var Resumption = class {
	names;
	#deps;
	#isLoaded = false;
	#received = null;
	#processed = null;
	/** Null until the server has said that the connection is resumable. */
	#acks = null;
	/** Where the connection began, as the server says. */
	#begun = null;
	#byeMs = null;
	/** What the application has, in the order of arrival: several loops may be done in another. */
	#inHand = [];
	constructor(deps) {
		this.names = deps.names;
		this.#deps = deps;
	}
	/** Finds out where to begin, the first time. The error, which is returned, is `cursor_store`. */
	async load(limitMs, signal) {
		if (this.#isLoaded) return null;
		const { keeper, since, isCursor, report } = this.#deps;
		const loaded = await keeper.load(limitMs, signal);
		if (loaded instanceof PostedClientError) return loaded;
		this.#isLoaded = true;
		if (loaded !== null && !isCursor(loaded)) report(new PostedClientError("cursor_store", `What was kept is no cursor. The client begins with "${since}"; messages may be missing.`));
		const place = [loaded, since].find((candidate) => candidate !== null && isCursor(candidate)) ?? null;
		this.#received = place;
		this.#processed = place;
		return null;
	}
	/** The URL of the next connection. */
	begin(url) {
		const { since } = this.#deps;
		const resumed = new URL(url);
		resumed.searchParams.set(this.names.query, this.#received ?? since);
		return resumed;
	}
	/** Takes what concerns the client alone, and returns null; the rest is to be delivered in its order. */
	read(received, send) {
		const { names } = this;
		const message = received.message;
		if (received.name === names.bye) {
			this.#byeMs = Number(message.retryAfterMs) || 0;
			return null;
		}
		const value = message[names.cursor];
		const cursor = typeof value === "string" ? value : null;
		if (received.name === names.ready) {
			this.#acks?.stop();
			this.#acks = new Acks((place) => send(this.#deps.encodeAck(place)), Number(message.window) || 0);
			this.#begun = cursor;
			if (cursor !== null) this.#ready(cursor, this.#acks);
			return null;
		}
		if (received.name === names.reset) this.#acks?.stop();
		this.#received = cursor ?? this.#received;
		return {
			...received,
			cursor,
			acks: this.#acks
		};
	}
	/** The application gets it; the function that is returned says that it is done. */
	handOver(delivery) {
		const entry = {
			delivery,
			isDone: false
		};
		this.#inHand.push(entry);
		return () => {
			entry.isDone = true;
			while (this.#inHand[0]?.isDone === true) this.#settle(this.#inHand.shift()?.delivery);
		};
	}
	/** The last word before the connection is closed in order. */
	closing() {
		this.#acks?.flush();
		this.#acks = null;
	}
	/** The connection has ended. Returns after what time the server asked to come back; null: it did not. */
	ended() {
		const byeMs = this.#byeMs;
		this.#byeMs = null;
		this.#acks?.stop();
		this.#acks = null;
		return byeMs;
	}
	/** Resolves when the place is saved, or the time for it is up. */
	saved() {
		return this.#deps.keeper.saved();
	}
	/**
	* A client that has a place keeps it: if the connection begins elsewhere, a reset follows, and the
	* application must hear of it first.
	*/
	#ready(cursor, acks) {
		const isFirst = this.#received === null;
		if (isFirst) {
			this.#received = cursor;
			if (this.#deps.since === "now") this.#moveTo(cursor);
		}
		if (isFirst || this.#processed === cursor) acks.acknowledge(cursor);
	}
	#settle(delivery) {
		if (delivery === void 0 || delivery.cursor === null) return;
		const { cursor, acks } = delivery;
		this.#moveTo(cursor);
		if (acks === this.#acks || cursor === this.#begun) this.#acks?.acknowledge(cursor);
	}
	#moveTo(cursor) {
		this.#processed = cursor;
		this.#deps.keeper.save(cursor);
	}
};
// src/client/connect.ts
/** Makes the `connect` of a platform. */
function createConnect(platform) {
	const connect = (channel, options) => {
		const url = channelUrl(channel, {
			...options,
			query: completeQuery(channel, options)
		});
		const settings = resolveSettings(options);
		return new ChannelClient({
			platform,
			channel,
			url,
			headers: handshakeHeaders(channel, options.headers, platform),
			credentials: CredentialSource.of(channel, options.credentials, platform),
			handlers: options.on,
			answerHandlers: options.answer,
			resumption: createResumption(channel, url, options, settings),
			onReset: options.onReset,
			settings,
			signal: options.signal
		});
	};
	return connect;
}
/** With the parameter that makes a connection resumable, or without it. */
function completeQuery({ resume: names }, { query = {}, resume }) {
	if (names === void 0) return query;
	const { [names.query]: since, ...others } = query;
	return resume === false ? others : {
		...others,
		[names.query]: since ?? "now"
	};
}
function createResumption(channel, { searchParams }, { resume, cursors = memoryCursor() }, { onError }) {
	const { query, resume: names } = channel;
	if (names === void 0 || query === void 0 || resume === false) return null;
	return new Resumption({
		names,
		since: searchParams.get(names.query) ?? "now",
		isCursor: (text) => text !== "now" && text !== "acked" && query({
			...Object.fromEntries(searchParams),
			[names.query]: text
		}),
		encodeAck: (place) => encodeAck(channel, names, place),
		keeper: new CursorKeeper(cursors, onError),
		report: onError
	});
}
// src/client/refused-handshake.ts
/** An error body of Posted is far smaller, and comes with the header. */
const maxBodyBytes = 16384;
const bodyTimeoutMs = 2e3;
/** Reads the HTTP response to a handshake that was refused; as much of it as comes soon. */
async function readRefusal(response) {
	return {
		kind: "refused",
		status: response.statusCode ?? 0,
		message: errorMessage(await readBody(response)),
		retryAfterMs: parseRetryAfter(response.headers["retry-after"])
	};
}
async function readBody(response) {
	const chunks = [];
	const timer = setTimeout(() => response.destroy(), bodyTimeoutMs);
	try {
		let size = 0;
		for await (const chunk of response) {
			chunks.push(chunk);
			size += chunk.length;
			if (size > maxBodyBytes) break;
		}
	} catch {} finally {
		clearTimeout(timer);
	}
	return Buffer.concat(chunks).toString();
}
/** The `message` of the contract's error body. Anything else is somebody else's page, and not shown. */
function errorMessage(body) {
	try {
		const { message } = JSON.parse(body);
		return typeof message === "string" ? message : "";
	} catch {
		return "";
	}
}
/** Seconds or a date (RFC 9110 section 10.2.3), as milliseconds from now. */
function parseRetryAfter(value) {
	if (value === void 0) return 0;
	const delayMs = /^\d+$/.test(value) ? Number(value) * 1e3 : Date.parse(value) - Date.now();
	return Math.max(0, delayMs || 0);
}
// src/client/file-cursor.ts
/** Far more than a cursor takes: what is longer is none, whatever the file is. */
const maxBytes = 4096;
/**
* Keeps the cursor in a file of its own. It is written to `<path>.tmp`, flushed to the disk and
* renamed, so that a crash leaves the old cursor or the new one, never half of one.
*/
function fileCursor(path) {
	const temporary = `${path}.tmp`;
	return {
		async load() {
			const text = (await readStart(path)).trim();
			return text === "" ? null : text;
		},
		async save(cursor) {
			await writeFile(temporary, `${cursor}\n`, { flush: true });
			await rename(temporary, path);
		}
	};
}
/** Empty where there is no file. */
async function readStart(path) {
	try {
		await using file = await open(path);
		const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes));
		return buffer.toString("utf8", 0, bytesRead);
	} catch (thrown) {
		if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return "";
		throw thrown;
	}
}
const connect = createConnect({
	maxFirstAttempts: Number.POSITIVE_INFINITY,
	setsHeaders: true,
	open({ url, headers, maxFrameBytes, silenceTimeoutMs }, events) {
		const socket = new WebSocket(url, {
			headers,
			maxPayload: maxFrameBytes,
			perMessageDeflate: false
		});
		let opened = false;
		let refusal = null;
		let cause;
		const silence = createSilenceTimer(silenceTimeoutMs, () => {
			cause = /* @__PURE__ */ new Error(`nothing was heard for ${silenceTimeoutMs} ms`);
			socket.terminate();
		});
		socket.on("open", () => {
			opened = true;
			silence.start();
			events.opened();
		});
		socket.on("ping", () => silence.heard());
		socket.on("message", (data, isBinary) => {
			silence.heard();
			events.frame(isBinary ? new Uint8Array(data) : data.toString());
		});
		socket.on("unexpected-response", async (_request, response) => {
			refusal = await readRefusal(response);
			socket.terminate();
		});
		socket.on("error", (error) => {
			cause ??= error instanceof AggregateError ? error.errors[0] : error;
		});
		socket.on("close", (code, reason) => {
			silence.stop();
			if (opened) events.ended({
				kind: "closed",
				code,
				reason: reason.toString(),
				cause
			});
			else events.ended(refusal ?? {
				kind: "unreachable",
				cause
			});
		});
		return {
			get bufferedBytes() {
				return socket.bufferedAmount;
			},
			send: (frame) => socket.send(frame),
			close: (code, reason) => socket.close(code, reason),
			abandon: () => socket.terminate(),
			pause() {
				silence.stop();
				socket.pause();
				return true;
			},
			resume() {
				if (socket.readyState === WebSocket.OPEN) silence.start();
				socket.resume();
			}
		};
	}
});
function createSilenceTimer(limitMs, onSilence) {
	let timer;
	return {
		start() {
			if (limitMs > 0) timer = setTimeout(onSilence, limitMs);
		},
		heard() {
			timer?.refresh();
		},
		stop() {
			clearTimeout(timer);
			timer = void 0;
		}
	};
}
// generated/asyncapi/validators.ts
var __commonJSMin = (cb, mod) => () => (mod || (cb((mod = { exports: {} }).exports, mod, mod.exports), cb = null), mod.exports);
var require_ucs2length = __commonJSMin(((exports) => {
	Object.defineProperty(exports, "__esModule", { value: true });
	function ucs2length(str) {
		const len = str.length;
		let length = 0;
		let pos = 0;
		let value;
		while (pos < len) {
			length++;
			value = str.charCodeAt(pos++);
			if (value >= 55296 && value <= 56319 && pos < len) {
				value = str.charCodeAt(pos);
				if ((value & 64512) === 56320) pos++;
			}
		}
		return length;
	}
	exports.default = ucs2length;
}));
const formats0 = /^(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const pattern0$1 = /* @__PURE__ */ new RegExp("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", "u");
const func0$1 = Object.prototype.hasOwnProperty;
const func50 = require_ucs2length().default;
function validate11(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
	let vErrors = null;
	if (data && typeof data == "object" && !Array.isArray(data)) {
		let missing0;
		if ((data.postId === void 0 || !func0$1.call(data, "postId")) && (missing0 = "postId") || (data.postText === void 0 || !func0$1.call(data, "postText")) && (missing0 = "postText") || (data.author_user_id === void 0 || !func0$1.call(data, "author_user_id")) && (missing0 = "author_user_id")) {
			validate11.errors = [{
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: missing0 },
				message: "must have required property '" + missing0 + "'"
			}];
			return false;
		} else {
			for (const key0 of Object.keys(data)) if (!(key0 === "postId" || key0 === "postText" || key0 === "author_user_id")) {
				validate11.errors = [{
					instancePath,
					schemaPath: "#/additionalProperties",
					keyword: "additionalProperties",
					params: { additionalProperty: key0 },
					message: "must NOT have additional properties"
				}];
				return false;
			}
			if (data.postId !== void 0 && func0$1.call(data, "postId")) {
				let data0 = data.postId;
				if (typeof data0 === "string") {
					if (!pattern0$1.test(data0)) {
						validate11.errors = [{
							instancePath: instancePath + "/postId",
							schemaPath: "definition13/pattern",
							keyword: "pattern",
							params: { pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" },
							message: "must match pattern \"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$\""
						}];
						return false;
					} else if (!formats0.test(data0)) {
						validate11.errors = [{
							instancePath: instancePath + "/postId",
							schemaPath: "definition13/format",
							keyword: "format",
							params: { format: "uuid" },
							message: "must match format \"uuid\""
						}];
						return false;
					}
				} else {
					validate11.errors = [{
						instancePath: instancePath + "/postId",
						schemaPath: "definition13/type",
						keyword: "type",
						params: { type: "string" },
						message: "must be string"
					}];
					return false;
				}
				var valid0 = true;
			} else var valid0 = true;
			if (valid0) {
				if (data.postText !== void 0 && func0$1.call(data, "postText")) {
					let data1 = data.postText;
					if (typeof data1 === "string") {
						if (func50(data1) > 1e4) {
							validate11.errors = [{
								instancePath: instancePath + "/postText",
								schemaPath: "#/properties/postText/maxLength",
								keyword: "maxLength",
								params: { limit: 1e4 },
								message: "must NOT have more than 10000 characters"
							}];
							return false;
						} else if (func50(data1) < 1) {
							validate11.errors = [{
								instancePath: instancePath + "/postText",
								schemaPath: "#/properties/postText/minLength",
								keyword: "minLength",
								params: { limit: 1 },
								message: "must NOT have fewer than 1 characters"
							}];
							return false;
						}
					} else {
						validate11.errors = [{
							instancePath: instancePath + "/postText",
							schemaPath: "#/properties/postText/type",
							keyword: "type",
							params: { type: "string" },
							message: "must be string"
						}];
						return false;
					}
					var valid0 = true;
				} else var valid0 = true;
				if (valid0) {
					if (data.author_user_id !== void 0 && func0$1.call(data, "author_user_id")) {
						let data2 = data.author_user_id;
						if (typeof data2 === "string") {
							if (!pattern0$1.test(data2)) {
								validate11.errors = [{
									instancePath: instancePath + "/author_user_id",
									schemaPath: "definition13/pattern",
									keyword: "pattern",
									params: { pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" },
									message: "must match pattern \"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$\""
								}];
								return false;
							} else if (!formats0.test(data2)) {
								validate11.errors = [{
									instancePath: instancePath + "/author_user_id",
									schemaPath: "definition13/format",
									keyword: "format",
									params: { format: "uuid" },
									message: "must match format \"uuid\""
								}];
								return false;
							}
						} else {
							validate11.errors = [{
								instancePath: instancePath + "/author_user_id",
								schemaPath: "definition13/type",
								keyword: "type",
								params: { type: "string" },
								message: "must be string"
							}];
							return false;
						}
						var valid0 = true;
					} else var valid0 = true;
				}
			}
		}
	} else {
		validate11.errors = [{
			instancePath,
			schemaPath: "#/type",
			keyword: "type",
			params: { type: "object" },
			message: "must be object"
		}];
		return false;
	}
	validate11.errors = vErrors;
	return true;
}
const pattern3 = /* @__PURE__ */ new RegExp("^[A-Za-z0-9_-]{30}$", "u");
const guard0 = validate13;
function validate13(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
	let vErrors = null;
	let errors = 0;
	if (errors === 0) {
		if (data && typeof data == "object" && !Array.isArray(data)) {
			let missing0;
			if ((data.type === void 0 || !func0$1.call(data, "type")) && (missing0 = "type") || (data.payload === void 0 || !func0$1.call(data, "payload")) && (missing0 = "payload")) {
				validate13.errors = [{
					instancePath,
					schemaPath: "#/required",
					keyword: "required",
					params: { missingProperty: missing0 },
					message: "must have required property '" + missing0 + "'"
				}];
				return false;
			} else {
				const _errs1 = errors;
				for (const key0 of Object.keys(data)) if (!(key0 === "type" || key0 === "payload" || key0 === "cursor")) {
					validate13.errors = [{
						instancePath,
						schemaPath: "#/additionalProperties",
						keyword: "additionalProperties",
						params: { additionalProperty: key0 },
						message: "must NOT have additional properties"
					}];
					return false;
				}
				if (_errs1 === errors) {
					if (data.type !== void 0 && func0$1.call(data, "type")) {
						let data0 = data.type;
						const _errs2 = errors;
						if (typeof data0 !== "string") {
							validate13.errors = [{
								instancePath: instancePath + "/type",
								schemaPath: "#/properties/type/type",
								keyword: "type",
								params: { type: "string" },
								message: "must be string"
							}];
							return false;
						}
						if ("post" !== data0) {
							validate13.errors = [{
								instancePath: instancePath + "/type",
								schemaPath: "#/properties/type/const",
								keyword: "const",
								params: { allowedValue: "post" },
								message: "must be equal to constant"
							}];
							return false;
						}
						var valid0 = _errs2 === errors;
					} else var valid0 = true;
					if (valid0) {
						if (data.payload !== void 0 && func0$1.call(data, "payload")) {
							const _errs4 = errors;
							if (!validate11(data.payload, {
								instancePath: instancePath + "/payload",
								parentData: data,
								parentDataProperty: "payload",
								rootData
							})) {
								vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
								errors = vErrors.length;
							}
							var valid0 = _errs4 === errors;
						} else var valid0 = true;
						if (valid0) {
							if (data.cursor !== void 0 && func0$1.call(data, "cursor")) {
								let data2 = data.cursor;
								const _errs5 = errors;
								if (errors === errors) {
									if (typeof data2 === "string") {
										if (!pattern3.test(data2)) {
											validate13.errors = [{
												instancePath: instancePath + "/cursor",
												schemaPath: "definition8/pattern",
												keyword: "pattern",
												params: { pattern: "^[A-Za-z0-9_-]{30}$" },
												message: "must match pattern \"^[A-Za-z0-9_-]{30}$\""
											}];
											return false;
										}
									} else {
										validate13.errors = [{
											instancePath: instancePath + "/cursor",
											schemaPath: "definition8/type",
											keyword: "type",
											params: { type: "string" },
											message: "must be string"
										}];
										return false;
									}
								}
								var valid0 = _errs5 === errors;
							} else var valid0 = true;
						}
					}
				}
			}
		} else {
			validate13.errors = [{
				instancePath,
				schemaPath: "#/type",
				keyword: "type",
				params: { type: "object" },
				message: "must be object"
			}];
			return false;
		}
	}
	validate13.errors = vErrors;
	return errors === 0;
}
const guard2 = validate15;
function validate15(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
	let vErrors = null;
	if (data && typeof data == "object" && !Array.isArray(data)) {
		let missing0;
		if ((data.type === void 0 || !func0$1.call(data, "type")) && (missing0 = "type") || (data.cursor === void 0 || !func0$1.call(data, "cursor")) && (missing0 = "cursor") || (data.resumed === void 0 || !func0$1.call(data, "resumed")) && (missing0 = "resumed") || (data.window === void 0 || !func0$1.call(data, "window")) && (missing0 = "window")) {
			validate15.errors = [{
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: missing0 },
				message: "must have required property '" + missing0 + "'"
			}];
			return false;
		} else {
			for (const key0 of Object.keys(data)) if (!(key0 === "type" || key0 === "cursor" || key0 === "resumed" || key0 === "window")) {
				validate15.errors = [{
					instancePath,
					schemaPath: "#/additionalProperties",
					keyword: "additionalProperties",
					params: { additionalProperty: key0 },
					message: "must NOT have additional properties"
				}];
				return false;
			}
			if (data.type !== void 0 && func0$1.call(data, "type")) {
				let data0 = data.type;
				if (typeof data0 !== "string") {
					validate15.errors = [{
						instancePath: instancePath + "/type",
						schemaPath: "#/properties/type/type",
						keyword: "type",
						params: { type: "string" },
						message: "must be string"
					}];
					return false;
				}
				if ("ready" !== data0) {
					validate15.errors = [{
						instancePath: instancePath + "/type",
						schemaPath: "#/properties/type/const",
						keyword: "const",
						params: { allowedValue: "ready" },
						message: "must be equal to constant"
					}];
					return false;
				}
				var valid0 = true;
			} else var valid0 = true;
			if (valid0) {
				if (data.cursor !== void 0 && func0$1.call(data, "cursor")) {
					let data1 = data.cursor;
					if (typeof data1 === "string") {
						if (!pattern3.test(data1)) {
							validate15.errors = [{
								instancePath: instancePath + "/cursor",
								schemaPath: "definition8/pattern",
								keyword: "pattern",
								params: { pattern: "^[A-Za-z0-9_-]{30}$" },
								message: "must match pattern \"^[A-Za-z0-9_-]{30}$\""
							}];
							return false;
						}
					} else {
						validate15.errors = [{
							instancePath: instancePath + "/cursor",
							schemaPath: "definition8/type",
							keyword: "type",
							params: { type: "string" },
							message: "must be string"
						}];
						return false;
					}
					var valid0 = true;
				} else var valid0 = true;
				if (valid0) {
					if (data.resumed !== void 0 && func0$1.call(data, "resumed")) {
						if (typeof data.resumed !== "boolean") {
							validate15.errors = [{
								instancePath: instancePath + "/resumed",
								schemaPath: "#/properties/resumed/type",
								keyword: "type",
								params: { type: "boolean" },
								message: "must be boolean"
							}];
							return false;
						}
						var valid0 = true;
					} else var valid0 = true;
					if (valid0) {
						if (data.window !== void 0 && func0$1.call(data, "window")) {
							let data3 = data.window;
							if (!(typeof data3 == "number" && !(data3 % 1) && !isNaN(data3) && isFinite(data3))) {
								validate15.errors = [{
									instancePath: instancePath + "/window",
									schemaPath: "#/properties/window/type",
									keyword: "type",
									params: { type: "integer" },
									message: "must be integer"
								}];
								return false;
							}
							if (typeof data3 == "number" && isFinite(data3)) {
								if (data3 < 1 || isNaN(data3)) {
									validate15.errors = [{
										instancePath: instancePath + "/window",
										schemaPath: "#/properties/window/minimum",
										keyword: "minimum",
										params: {
											comparison: ">=",
											limit: 1
										},
										message: "must be >= 1"
									}];
									return false;
								}
							}
							var valid0 = true;
						} else var valid0 = true;
					}
				}
			}
		}
	} else {
		validate15.errors = [{
			instancePath,
			schemaPath: "#/type",
			keyword: "type",
			params: { type: "object" },
			message: "must be object"
		}];
		return false;
	}
	validate15.errors = vErrors;
	return true;
}
const guard3 = validate16;
function validate16(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
	let vErrors = null;
	if (data && typeof data == "object" && !Array.isArray(data)) {
		let missing0;
		if ((data.type === void 0 || !func0$1.call(data, "type")) && (missing0 = "type") || (data.cursor === void 0 || !func0$1.call(data, "cursor")) && (missing0 = "cursor")) {
			validate16.errors = [{
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: missing0 },
				message: "must have required property '" + missing0 + "'"
			}];
			return false;
		} else {
			for (const key0 of Object.keys(data)) if (!(key0 === "type" || key0 === "cursor")) {
				validate16.errors = [{
					instancePath,
					schemaPath: "#/additionalProperties",
					keyword: "additionalProperties",
					params: { additionalProperty: key0 },
					message: "must NOT have additional properties"
				}];
				return false;
			}
			if (data.type !== void 0 && func0$1.call(data, "type")) {
				let data0 = data.type;
				if (typeof data0 !== "string") {
					validate16.errors = [{
						instancePath: instancePath + "/type",
						schemaPath: "#/properties/type/type",
						keyword: "type",
						params: { type: "string" },
						message: "must be string"
					}];
					return false;
				}
				if ("checkpoint" !== data0) {
					validate16.errors = [{
						instancePath: instancePath + "/type",
						schemaPath: "#/properties/type/const",
						keyword: "const",
						params: { allowedValue: "checkpoint" },
						message: "must be equal to constant"
					}];
					return false;
				}
				var valid0 = true;
			} else var valid0 = true;
			if (valid0) {
				if (data.cursor !== void 0 && func0$1.call(data, "cursor")) {
					let data1 = data.cursor;
					if (typeof data1 === "string") {
						if (!pattern3.test(data1)) {
							validate16.errors = [{
								instancePath: instancePath + "/cursor",
								schemaPath: "definition8/pattern",
								keyword: "pattern",
								params: { pattern: "^[A-Za-z0-9_-]{30}$" },
								message: "must match pattern \"^[A-Za-z0-9_-]{30}$\""
							}];
							return false;
						}
					} else {
						validate16.errors = [{
							instancePath: instancePath + "/cursor",
							schemaPath: "definition8/type",
							keyword: "type",
							params: { type: "string" },
							message: "must be string"
						}];
						return false;
					}
					var valid0 = true;
				} else var valid0 = true;
			}
		}
	} else {
		validate16.errors = [{
			instancePath,
			schemaPath: "#/type",
			keyword: "type",
			params: { type: "object" },
			message: "must be object"
		}];
		return false;
	}
	validate16.errors = vErrors;
	return true;
}
const schema22 = {
	"type": "string",
	"enum": [
		"expired",
		"epoch",
		"future"
	]
};
const guard4 = validate18;
function validate18(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
	let vErrors = null;
	if (data && typeof data == "object" && !Array.isArray(data)) {
		let missing0;
		if ((data.type === void 0 || !func0$1.call(data, "type")) && (missing0 = "type") || (data.reason === void 0 || !func0$1.call(data, "reason")) && (missing0 = "reason") || (data.cursor === void 0 || !func0$1.call(data, "cursor")) && (missing0 = "cursor")) {
			validate18.errors = [{
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: missing0 },
				message: "must have required property '" + missing0 + "'"
			}];
			return false;
		} else {
			for (const key0 of Object.keys(data)) if (!(key0 === "type" || key0 === "reason" || key0 === "cursor")) {
				validate18.errors = [{
					instancePath,
					schemaPath: "#/additionalProperties",
					keyword: "additionalProperties",
					params: { additionalProperty: key0 },
					message: "must NOT have additional properties"
				}];
				return false;
			}
			if (data.type !== void 0 && func0$1.call(data, "type")) {
				let data0 = data.type;
				if (typeof data0 !== "string") {
					validate18.errors = [{
						instancePath: instancePath + "/type",
						schemaPath: "#/properties/type/type",
						keyword: "type",
						params: { type: "string" },
						message: "must be string"
					}];
					return false;
				}
				if ("reset" !== data0) {
					validate18.errors = [{
						instancePath: instancePath + "/type",
						schemaPath: "#/properties/type/const",
						keyword: "const",
						params: { allowedValue: "reset" },
						message: "must be equal to constant"
					}];
					return false;
				}
				var valid0 = true;
			} else var valid0 = true;
			if (valid0) {
				if (data.reason !== void 0 && func0$1.call(data, "reason")) {
					let data1 = data.reason;
					if (typeof data1 !== "string") {
						validate18.errors = [{
							instancePath: instancePath + "/reason",
							schemaPath: "definition7/type",
							keyword: "type",
							params: { type: "string" },
							message: "must be string"
						}];
						return false;
					}
					if (!(data1 === "expired" || data1 === "epoch" || data1 === "future")) {
						validate18.errors = [{
							instancePath: instancePath + "/reason",
							schemaPath: "definition7/enum",
							keyword: "enum",
							params: { allowedValues: schema22.enum },
							message: "must be equal to one of the allowed values"
						}];
						return false;
					}
					var valid0 = true;
				} else var valid0 = true;
				if (valid0) {
					if (data.cursor !== void 0 && func0$1.call(data, "cursor")) {
						let data2 = data.cursor;
						if (typeof data2 === "string") {
							if (!pattern3.test(data2)) {
								validate18.errors = [{
									instancePath: instancePath + "/cursor",
									schemaPath: "definition8/pattern",
									keyword: "pattern",
									params: { pattern: "^[A-Za-z0-9_-]{30}$" },
									message: "must match pattern \"^[A-Za-z0-9_-]{30}$\""
								}];
								return false;
							}
						} else {
							validate18.errors = [{
								instancePath: instancePath + "/cursor",
								schemaPath: "definition8/type",
								keyword: "type",
								params: { type: "string" },
								message: "must be string"
							}];
							return false;
						}
						var valid0 = true;
					} else var valid0 = true;
				}
			}
		}
	} else {
		validate18.errors = [{
			instancePath,
			schemaPath: "#/type",
			keyword: "type",
			params: { type: "object" },
			message: "must be object"
		}];
		return false;
	}
	validate18.errors = vErrors;
	return true;
}
const guard5 = validate19;
function validate19(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
	let vErrors = null;
	if (data && typeof data == "object" && !Array.isArray(data)) {
		let missing0;
		if ((data.type === void 0 || !func0$1.call(data, "type")) && (missing0 = "type") || (data.retryAfterMs === void 0 || !func0$1.call(data, "retryAfterMs")) && (missing0 = "retryAfterMs")) {
			validate19.errors = [{
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: missing0 },
				message: "must have required property '" + missing0 + "'"
			}];
			return false;
		} else {
			for (const key0 of Object.keys(data)) if (!(key0 === "type" || key0 === "retryAfterMs")) {
				validate19.errors = [{
					instancePath,
					schemaPath: "#/additionalProperties",
					keyword: "additionalProperties",
					params: { additionalProperty: key0 },
					message: "must NOT have additional properties"
				}];
				return false;
			}
			if (data.type !== void 0 && func0$1.call(data, "type")) {
				let data0 = data.type;
				if (typeof data0 !== "string") {
					validate19.errors = [{
						instancePath: instancePath + "/type",
						schemaPath: "#/properties/type/type",
						keyword: "type",
						params: { type: "string" },
						message: "must be string"
					}];
					return false;
				}
				if ("bye" !== data0) {
					validate19.errors = [{
						instancePath: instancePath + "/type",
						schemaPath: "#/properties/type/const",
						keyword: "const",
						params: { allowedValue: "bye" },
						message: "must be equal to constant"
					}];
					return false;
				}
				var valid0 = true;
			} else var valid0 = true;
			if (valid0) {
				if (data.retryAfterMs !== void 0 && func0$1.call(data, "retryAfterMs")) {
					let data1 = data.retryAfterMs;
					if (!(typeof data1 == "number" && !(data1 % 1) && !isNaN(data1) && isFinite(data1))) {
						validate19.errors = [{
							instancePath: instancePath + "/retryAfterMs",
							schemaPath: "#/properties/retryAfterMs/type",
							keyword: "type",
							params: { type: "integer" },
							message: "must be integer"
						}];
						return false;
					}
					if (typeof data1 == "number" && isFinite(data1)) {
						if (data1 < 0 || isNaN(data1)) {
							validate19.errors = [{
								instancePath: instancePath + "/retryAfterMs",
								schemaPath: "#/properties/retryAfterMs/minimum",
								keyword: "minimum",
								params: {
									comparison: ">=",
									limit: 0
								},
								message: "must be >= 0"
							}];
							return false;
						}
					}
					var valid0 = true;
				} else var valid0 = true;
			}
		}
	} else {
		validate19.errors = [{
			instancePath,
			schemaPath: "#/type",
			keyword: "type",
			params: { type: "object" },
			message: "must be object"
		}];
		return false;
	}
	validate19.errors = vErrors;
	return true;
}
const guard6 = validate20;
function validate20(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
	let vErrors = null;
	if (data && typeof data == "object" && !Array.isArray(data)) {
		let missing0;
		if ((data.type === void 0 || !func0$1.call(data, "type")) && (missing0 = "type") || (data.cursor === void 0 || !func0$1.call(data, "cursor")) && (missing0 = "cursor")) {
			validate20.errors = [{
				instancePath,
				schemaPath: "#/required",
				keyword: "required",
				params: { missingProperty: missing0 },
				message: "must have required property '" + missing0 + "'"
			}];
			return false;
		} else {
			for (const key0 of Object.keys(data)) if (!(key0 === "type" || key0 === "cursor")) {
				validate20.errors = [{
					instancePath,
					schemaPath: "#/additionalProperties",
					keyword: "additionalProperties",
					params: { additionalProperty: key0 },
					message: "must NOT have additional properties"
				}];
				return false;
			}
			if (data.type !== void 0 && func0$1.call(data, "type")) {
				let data0 = data.type;
				if (typeof data0 !== "string") {
					validate20.errors = [{
						instancePath: instancePath + "/type",
						schemaPath: "#/properties/type/type",
						keyword: "type",
						params: { type: "string" },
						message: "must be string"
					}];
					return false;
				}
				if ("ack" !== data0) {
					validate20.errors = [{
						instancePath: instancePath + "/type",
						schemaPath: "#/properties/type/const",
						keyword: "const",
						params: { allowedValue: "ack" },
						message: "must be equal to constant"
					}];
					return false;
				}
				var valid0 = true;
			} else var valid0 = true;
			if (valid0) {
				if (data.cursor !== void 0 && func0$1.call(data, "cursor")) {
					let data1 = data.cursor;
					if (typeof data1 === "string") {
						if (!pattern3.test(data1)) {
							validate20.errors = [{
								instancePath: instancePath + "/cursor",
								schemaPath: "definition8/pattern",
								keyword: "pattern",
								params: { pattern: "^[A-Za-z0-9_-]{30}$" },
								message: "must match pattern \"^[A-Za-z0-9_-]{30}$\""
							}];
							return false;
						}
					} else {
						validate20.errors = [{
							instancePath: instancePath + "/cursor",
							schemaPath: "definition8/type",
							keyword: "type",
							params: { type: "string" },
							message: "must be string"
						}];
						return false;
					}
					var valid0 = true;
				} else var valid0 = true;
			}
		}
	} else {
		validate20.errors = [{
			instancePath,
			schemaPath: "#/type",
			keyword: "type",
			params: { type: "object" },
			message: "must be object"
		}];
		return false;
	}
	validate20.errors = vErrors;
	return true;
}
const guard14 = validate3;
const schema3 = {
	"type": "object",
	"additionalProperties": false,
	"properties": {
		"audience": {
			"type": "string",
			"enum": ["everyone", "friends"]
		},
		"since": {
			"type": "string",
			"pattern": "^(now|acked|[A-Za-z0-9_-]{30})$"
		},
		"device": {
			"type": "string",
			"pattern": "^[A-Za-z0-9._-]{1,64}$"
		}
	},
	"dependencies": { "device": ["since"] },
	"if": {
		"required": ["since"],
		"properties": { "since": { "const": "acked" } }
	},
	"then": { "required": ["device"] }
};
const func0 = Object.prototype.hasOwnProperty;
const pattern0 = /* @__PURE__ */ new RegExp("^(now|acked|[A-Za-z0-9_-]{30})$", "u");
const pattern1 = /* @__PURE__ */ new RegExp("^[A-Za-z0-9._-]{1,64}$", "u");
function validate3(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
	let vErrors = null;
	let errors = 0;
	const _errs1 = errors;
	let valid0 = true;
	const _errs2 = errors;
	if (data && typeof data == "object" && !Array.isArray(data)) {
		if ((data.since === void 0 || !func0.call(data, "since")) && "since") {
			const err0 = {};
			if (vErrors === null) vErrors = [err0];
			else vErrors.push(err0);
			errors++;
		} else if (data.since !== void 0 && func0.call(data, "since")) {
			if ("acked" !== data.since) {
				const err1 = {};
				if (vErrors === null) vErrors = [err1];
				else vErrors.push(err1);
				errors++;
			}
		}
	}
	var _valid0 = _errs2 === errors;
	errors = _errs1;
	if (vErrors !== null) {
		if (_errs1) vErrors.length = _errs1;
		else vErrors = null;
	}
	if (_valid0) {
		const _errs4 = errors;
		if (data && typeof data == "object" && !Array.isArray(data)) {
			let missing1;
			if ((data.device === void 0 || !func0.call(data, "device")) && (missing1 = "device")) {
				validate3.errors = [{
					instancePath,
					schemaPath: "#/then/required",
					keyword: "required",
					params: { missingProperty: missing1 },
					message: "must have required property '" + missing1 + "'"
				}];
				return false;
			}
		}
		var _valid0 = _errs4 === errors;
		valid0 = _valid0;
	}
	if (!valid0) {
		const err2 = {
			instancePath,
			schemaPath: "#/if",
			keyword: "if",
			params: { failingKeyword: "then" },
			message: "must match \"then\" schema"
		};
		if (vErrors === null) vErrors = [err2];
		else vErrors.push(err2);
		errors++;
		validate3.errors = vErrors;
		return false;
	}
	if (errors === 0) {
		if (data && typeof data == "object" && !Array.isArray(data)) {
			const _errs5 = errors;
			for (const key0 of Object.keys(data)) if (!(key0 === "audience" || key0 === "since" || key0 === "device")) {
				validate3.errors = [{
					instancePath,
					schemaPath: "#/additionalProperties",
					keyword: "additionalProperties",
					params: { additionalProperty: key0 },
					message: "must NOT have additional properties"
				}];
				return false;
			}
			if (_errs5 === errors) {
				let missing2;
				if (data.device !== void 0 && func0.call(data, "device") && (data.since === void 0 || !func0.call(data, "since")) && (missing2 = "since")) {
					validate3.errors = [{
						instancePath,
						schemaPath: "#/dependencies",
						keyword: "dependencies",
						params: {
							property: "device",
							missingProperty: missing2,
							depsCount: 1,
							deps: "since"
						},
						message: "must have property since when property device is present"
					}];
					return false;
				} else {
					if (data.audience !== void 0 && func0.call(data, "audience")) {
						let data1 = data.audience;
						const _errs6 = errors;
						if (typeof data1 !== "string") {
							let dataType0 = typeof data1;
							let coerced0 = void 0;
							if (!(coerced0 !== void 0)) {
								if (dataType0 == "number" || dataType0 == "boolean") coerced0 = "" + data1;
								else if (data1 === null) coerced0 = "";
								else {
									validate3.errors = [{
										instancePath: instancePath + "/audience",
										schemaPath: "#/properties/audience/type",
										keyword: "type",
										params: { type: "string" },
										message: "must be string"
									}];
									return false;
								}
							}
							if (coerced0 !== void 0) {
								data1 = coerced0;
								if (data !== void 0) data["audience"] = coerced0;
							}
						}
						if (!(data1 === "everyone" || data1 === "friends")) {
							validate3.errors = [{
								instancePath: instancePath + "/audience",
								schemaPath: "#/properties/audience/enum",
								keyword: "enum",
								params: { allowedValues: schema3.properties.audience.enum },
								message: "must be equal to one of the allowed values"
							}];
							return false;
						}
						var valid3 = _errs6 === errors;
					} else var valid3 = true;
					if (valid3) {
						if (data.since !== void 0 && func0.call(data, "since")) {
							let data2 = data.since;
							const _errs8 = errors;
							if (typeof data2 !== "string") {
								let dataType1 = typeof data2;
								let coerced1 = void 0;
								if (!(coerced1 !== void 0)) {
									if (dataType1 == "number" || dataType1 == "boolean") coerced1 = "" + data2;
									else if (data2 === null) coerced1 = "";
									else {
										validate3.errors = [{
											instancePath: instancePath + "/since",
											schemaPath: "#/properties/since/type",
											keyword: "type",
											params: { type: "string" },
											message: "must be string"
										}];
										return false;
									}
								}
								if (coerced1 !== void 0) {
									data2 = coerced1;
									if (data !== void 0) data["since"] = coerced1;
								}
							}
							if (errors === _errs8) {
								if (typeof data2 === "string") {
									if (!pattern0.test(data2)) {
										validate3.errors = [{
											instancePath: instancePath + "/since",
											schemaPath: "#/properties/since/pattern",
											keyword: "pattern",
											params: { pattern: "^(now|acked|[A-Za-z0-9_-]{30})$" },
											message: "must match pattern \"^(now|acked|[A-Za-z0-9_-]{30})$\""
										}];
										return false;
									}
								}
							}
							var valid3 = _errs8 === errors;
						} else var valid3 = true;
						if (valid3) {
							if (data.device !== void 0 && func0.call(data, "device")) {
								let data3 = data.device;
								const _errs10 = errors;
								if (typeof data3 !== "string") {
									let dataType2 = typeof data3;
									let coerced2 = void 0;
									if (!(coerced2 !== void 0)) {
										if (dataType2 == "number" || dataType2 == "boolean") coerced2 = "" + data3;
										else if (data3 === null) coerced2 = "";
										else {
											validate3.errors = [{
												instancePath: instancePath + "/device",
												schemaPath: "#/properties/device/type",
												keyword: "type",
												params: { type: "string" },
												message: "must be string"
											}];
											return false;
										}
									}
									if (coerced2 !== void 0) {
										data3 = coerced2;
										if (data !== void 0) data["device"] = coerced2;
									}
								}
								if (errors === _errs10) {
									if (typeof data3 === "string") {
										if (!pattern1.test(data3)) {
											validate3.errors = [{
												instancePath: instancePath + "/device",
												schemaPath: "#/properties/device/pattern",
												keyword: "pattern",
												params: { pattern: "^[A-Za-z0-9._-]{1,64}$" },
												message: "must match pattern \"^[A-Za-z0-9._-]{1,64}$\""
											}];
											return false;
										}
									}
								}
								var valid3 = _errs10 === errors;
							} else var valid3 = true;
						}
					}
				}
			}
		} else {
			validate3.errors = [{
				instancePath,
				schemaPath: "#/type",
				keyword: "type",
				params: { type: "object" },
				message: "must be object"
			}];
			return false;
		}
	}
	validate3.errors = vErrors;
	return errors === 0;
}
// generated/asyncapi/client.ts
/**
* A connection gets every new post from the moment it is open, or those of its user's friends
* alone.
*
* Use it with `connect` of `posted/client`.
*
* @generated from channel postFeedPosted
*/
const postFeedPosted = {
	name: "postFeedPosted",
	address: "/post/feed/posted",
	description: "A connection gets every new post from the moment it is open, or those of its user's friends alone.",
	servers: [{
		name: "feed",
		protocol: "ws",
		host: "localhost:8080",
		pathname: "",
		variables: {}
	}],
	parameters: void 0,
	parameterDefaults: {},
	query: guard14,
	headers: void 0,
	headerNames: [],
	security: [{
		name: "bearerAuth",
		credentials: "bearer",
		in: "authorization",
		parameter: "",
		scopes: []
	}],
	send: [
		{
			name: "post",
			contentType: "application/json",
			encoding: "json",
			tag: {
				path: ["type"],
				values: ["post"]
			},
			guard: guard0,
			correlationId: void 0
		},
		{
			name: "ready",
			contentType: "application/json",
			encoding: "json",
			tag: {
				path: ["type"],
				values: ["ready"]
			},
			guard: guard2,
			correlationId: void 0
		},
		{
			name: "checkpoint",
			contentType: "application/json",
			encoding: "json",
			tag: {
				path: ["type"],
				values: ["checkpoint"]
			},
			guard: guard3,
			correlationId: void 0
		},
		{
			name: "reset",
			contentType: "application/json",
			encoding: "json",
			tag: {
				path: ["type"],
				values: ["reset"]
			},
			guard: guard4,
			correlationId: void 0
		},
		{
			name: "bye",
			contentType: "application/json",
			encoding: "json",
			tag: {
				path: ["type"],
				values: ["bye"]
			},
			guard: guard5,
			correlationId: void 0
		}
	],
	receive: [{
		name: "ack",
		contentType: "application/json",
		encoding: "json",
		tag: {
			path: ["type"],
			values: ["ack"]
		},
		guard: guard6,
		correlationId: void 0
	}],
	operations: [
		{
			name: "sendPost",
			action: "send",
			messages: ["post"],
			reply: void 0,
			security: []
		},
		{
			name: "sendPlace",
			action: "send",
			messages: [
				"ready",
				"checkpoint",
				"reset"
			],
			reply: void 0,
			security: []
		},
		{
			name: "sendBye",
			action: "send",
			messages: ["bye"],
			reply: void 0,
			security: []
		},
		{
			name: "receiveAck",
			action: "receive",
			messages: ["ack"],
			reply: void 0,
			security: []
		}
	],
	resume: {
		query: "since",
		cursor: "cursor",
		ready: "ready",
		checkpoint: "checkpoint",
		reset: "reset",
		bye: "bye",
		ack: "ack"
	}
};
export { PostedClientError, connect, fileCursor, memoryCursor, postFeedPosted };
