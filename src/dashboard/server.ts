/** The dashboard: pages over a store, for whoever has its token. It reads, and changes nothing. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { LimbeckError } from "../errors.js";
import type { Store } from "../store/store.js";
import { addressOf, cookieName, refusal, tokenIn } from "./guard.js";
import { changesSince, sentOf, versionOf } from "./live.js";
import { openRecords } from "./records.js";
import { folderOf, reportOf } from "./results.js";
import { openRunLogs } from "./run-log.js";
import { noDrawings, runView, sentencesOf } from "./run-page.js";
import { runsView } from "./runs-page.js";
import { dashboardStyle, documentOf, messageView, type Surroundings, type View } from "./view.js";

/** Where the dashboard is to be had. */
export interface DashboardOptions {
	readonly store: Store;
	/** 0: any that is free. */
	readonly port: number;
	/** The address that it listens at: `127.0.0.1` is for this machine alone. */
	readonly host: string;
	readonly signal: AbortSignal;
}

/** A dashboard that is to be had. */
export interface Dashboard {
	/** With the token, without which nothing answers. */
	readonly address: string;
	/** Resolves when `signal` has stopped it. */
	readonly closed: Promise<void>;
}

/** An answer, but for the headers that all have. */
interface Answer {
	readonly status: number;
	readonly type: string;
	readonly body: string;
	readonly headers?: Readonly<Record<string, string>>;
}

/** Nothing but our own script runs; styles stand within pictures, too. */
const pagePolicy =
	"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** A report is a file that anybody may have changed: in it nothing runs, and it belongs to no site. */
const reportPolicy =
	"default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; " +
	"frame-ancestors 'none'; sandbox";

/** What every answer says besides; none says that other pages may read it. */
const standing = {
	"Cache-Control": "no-store",
	"Content-Security-Policy": pagePolicy,
	"Cross-Origin-Opener-Policy": "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Referrer-Policy": "no-referrer",
	"X-Content-Type-Options": "nosniff",
	"X-Frame-Options": "DENY",
} as const;

/** The script for the browser: `client/`, as the build has bundled it; the same path from src/, dist/ and dist/start/. */
const clientFile = new URL("../../dist/dashboard/client.js", import.meta.url);

/** How often what is shown is looked at. */
const lookMs = 1000;

/**
 * Opens the dashboard.
 *
 * @throws LimbeckError (`usage`) where the port is taken, or the host is not this machine's.
 */
export async function openDashboard({ store, port, host, signal }: DashboardOptions): Promise<Dashboard> {
	const { rooms } = store;
	const around: Surroundings = { store, records: openRecords(rooms), logs: openRunLogs(rooms) };
	const token = randomBytes(24).toString("base64url");
	const pages = createPages(around, await readFile(clientFile, "utf8"));
	const server = createServer();
	const bound = await new Promise<number>((resolve, reject) => {
		server.once("error", (error) => {
			reject(cannotListen(error, host, port));
		});
		server.listen(port, host, () => {
			const address = server.address();
			resolve(typeof address === "object" && address !== null ? address.port : port);
		});
	});
	server.on("request", (request, response) => {
		void answer(request, response, { host, port: bound, token }, pages, signal);
	});
	const closed = new Promise<void>((resolve) => {
		const stop = (): void => {
			server.close(() => {
				resolve();
			});
			server.closeAllConnections();
		};
		if (signal.aborted) stop();
		else signal.addEventListener("abort", stop, { once: true });
	});
	// Every address of this machine is none that a browser can go to.
	const reached = host === "0.0.0.0" || host === "::" ? hostname() : host;
	const name = reached.includes(":") ? `[${reached}]` : reached;
	return { address: `http://${name}:${String(bound)}/?token=${token}`, closed };
}

function cannotListen(error: Error, host: string, port: number): LimbeckError {
	const taken = "code" in error && error.code === "EADDRINUSE";
	return new LimbeckError("usage", {
		where: `limbeck dashboard: ${host}, port ${String(port)}`,
		expected: taken ? "a port that is free" : "an address of this machine",
		got: error.message,
		hint: taken ? "Another dashboard may be running; --port 0 takes any port that is free." : "Leave --host out.",
		cause: error,
	});
}

/** What there is to see. */
interface Pages {
	/** A page that follows what it shows; `undefined` where there is none. */
	readonly live: (path: string) => Promise<View | undefined>;
	/** Everything else. */
	readonly other: (url: URL) => Promise<Answer>;
}

function createPages(around: Surroundings, clientScript: string): Pages {
	const drawings = noDrawings();
	const { records } = around;
	return {
		live(path) {
			if (path === "/") return runsView(around);
			const [, id] = /^\/runs\/([\w.-]+)$/.exec(path) ?? [];
			return id === undefined ? Promise.resolve(undefined) : runView(id, around, drawings);
		},
		async other({ pathname, searchParams }) {
			if (pathname === "/client.js") return { status: 200, type: "text/javascript", body: clientScript };
			if (pathname === "/style.css") return { status: 200, type: "text/css", body: dashboardStyle };
			if (pathname === "/compare") return compared(searchParams.getAll("run"), around);
			const [, id = ""] = /^\/runs\/([\w.-]+)\/report$/.exec(pathname) ?? [];
			const run = await records.find(id);
			if (run === undefined) return pageAnswer(404, messageView("Nothing here", ["The runs are on the first page."]));
			return { ...htmlAnswer(200, await reportOf(run)), headers: { "Content-Security-Policy": reportPolicy } };
		},
	};
}

const htmlAnswer = (status: number, body: string): Answer => ({ status, type: "text/html", body });

const pageAnswer = (status: number, view: View): Answer => htmlAnswer(status, documentOf(view));

/** Several runs side by side. */
async function compared(ids: readonly string[], { records }: Surroundings): Promise<Answer> {
	if (ids.length < 2) return pageAnswer(400, messageView("Comparison", ["Mark two runs or more on the first page."]));
	const found = await Promise.all(ids.map((id) => records.find(id)));
	const gone = ids.filter((_, k) => found[k] === undefined);
	if (gone.length > 0) return pageAnswer(404, messageView("Comparison", [`There is no run ${gone.join(", ")}.`]));
	const { comparison } = await import("../report/html/comparison-page.js");
	const folders = await Promise.all(found.flatMap((run) => (run === undefined ? [] : [folderOf(run)])));
	return pageAnswer(200, { title: `${String(ids.length)} runs`, parts: [], body: comparison(folders) });
}

/** Answers a request. */
async function answer(
	request: IncomingMessage,
	response: ServerResponse,
	guard: { readonly host: string; readonly port: number; readonly token: string },
	pages: Pages,
	signal: AbortSignal,
): Promise<void> {
	const { method = "", url: target = "/", headers } = request;
	response.on("error", () => undefined);
	const send = ({ status, type, body, headers: own = {} }: Answer): void => {
		response.writeHead(status, { ...standing, "Content-Type": `${type}; charset=utf-8`, ...own });
		response.end(method === "HEAD" ? undefined : body);
	};
	try {
		const why = refusal({ target, headers }, guard);
		if (why !== undefined) {
			send({ status: 403, type: "text/plain", body: `Refused: ${why}.\n` });
		} else if (method !== "GET" && method !== "HEAD") {
			send({ status: 405, type: "text/plain", body: "Only to be read.\n", headers: { Allow: "GET, HEAD" } });
		} else if (tokenIn(target) !== undefined) {
			send(withCookie(target, guard));
		} else {
			const url = addressOf(target);
			if (url.pathname === "/events") await follow(url, response, pages, signal);
			else {
				const view = await pages.live(url.pathname);
				send(view === undefined ? await pages.other(url) : htmlAnswer(200, documentOf(view, url.pathname)));
			}
		}
	} catch (error) {
		if (response.headersSent) response.destroy();
		else send(failed(error));
	}
}

/** From the address into a cookie, so that it is in no history, no link and no picture of the screen. */
function withCookie(target: string, { port, token }: { readonly port: number; readonly token: string }): Answer {
	const url = addressOf(target);
	url.searchParams.delete("token");
	const cookie = `${cookieName(port)}=${token}; HttpOnly; SameSite=Strict; Path=/`;
	const headers = { Location: `${url.pathname}${url.search}`, "Set-Cookie": cookie };
	return { status: 303, type: "text/plain", body: "", headers };
}

function failed(error: unknown): Answer {
	if (error instanceof LimbeckError) return pageAnswer(404, messageView("Not to be had", sentencesOf(error)));
	return { status: 500, type: "text/plain", body: "A defect of Limbeck: please report it.\n" };
}

/** Tells a page what changes of its parts, until the reader leaves. */
async function follow(url: URL, response: ServerResponse, pages: Pages, signal: AbortSignal): Promise<void> {
	const path = url.searchParams.get("of") ?? "/";
	let view = await pages.live(path);
	response.writeHead(200, { ...standing, "Content-Type": "text/event-stream; charset=utf-8" });
	response.write(`retry: ${String(2 * lookMs)}\n\n`);
	const have = url.searchParams.get("have");
	let sent = view !== undefined && have === versionOf(view.parts) ? sentOf(view.parts) : new Map<string, string>();
	const left = new AbortController();
	response.on("close", () => {
		left.abort();
	});
	const ends = AbortSignal.any([left.signal, signal]);
	for (; view !== undefined && !ends.aborted; view = await pages.live(path)) {
		const changes = changesSince(sent, view.parts);
		sent = sentOf(view.parts);
		// A line now and then shows that the reader is still there.
		response.write(changes.length > 0 ? `data: ${JSON.stringify(changes)}\n\n` : ":\n\n");
		await sleep(lookMs, undefined, { signal: ends }).catch(() => undefined);
	}
	response.end();
}
