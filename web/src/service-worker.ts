/**
 * Keeps the files of a build, and answers with them: the page works offline once it is loaded. It also adds the headers
 * that isolate the page, so that any host of static files will do.
 */

/**
 * What the build puts before this script: the hash of all files, the paths of those that are kept from the start, and of
 * those that are kept once they are asked for.
 */
declare const version: string;
declare const paths: readonly string[];
declare const wanted: readonly string[];

const cacheName = `limbeck-${version}`;

/** As much of a service worker's scope as is used here: the types of pages do not have it. */
interface ServiceWorkerScope {
	readonly registration: { readonly scope: string };
	readonly clients: { claim(): Promise<void> };
	skipWaiting(): Promise<void>;
	addEventListener(kind: "install" | "activate", listener: (event: LifeEvent) => void): void;
	addEventListener(kind: "fetch", listener: (event: FetchEvent) => void): void;
}

interface LifeEvent {
	waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent {
	readonly request: Request;
	respondWith(response: Promise<Response>): void;
}

// This script runs in no other scope.
const scope = self as unknown as ServiceWorkerScope;
const urlOf = (path: string): string => new URL(path, scope.registration.scope).href;
const known = new Set([...paths, ...wanted].map(urlOf));

async function keepAll(): Promise<void> {
	const cache = await caches.open(cacheName);
	// Past the browser's own cache: what it has may be of an earlier build.
	await cache.addAll(paths.map((path) => new Request(urlOf(path), { cache: "no-cache" })));
	await scope.skipWaiting();
}

async function removeOld(): Promise<void> {
	const names = await caches.keys();
	const old = names.filter((name) => name.startsWith("limbeck-") && name !== cacheName);
	await Promise.all(old.map((name) => caches.delete(name)));
	await scope.clients.claim();
}

async function answer(url: string): Promise<Response> {
	const cache = await caches.open(cacheName);
	const kept = await cache.match(url);
	if (kept !== undefined) return isolated(kept);
	const fetched = await fetch(url);
	if (fetched.ok) await cache.put(url, fetched.clone());
	return isolated(fetched);
}

/** The response with the headers that isolate a page. */
function isolated({ body, status, statusText, headers }: Response): Response {
	const more = new Headers(headers);
	more.set("Cross-Origin-Opener-Policy", "same-origin");
	more.set("Cross-Origin-Embedder-Policy", "require-corp");
	more.set("Cross-Origin-Resource-Policy", "same-origin");
	return new Response(body, { status, statusText, headers: more });
}

scope.addEventListener("install", (event) => {
	event.waitUntil(keepAll());
});
scope.addEventListener("activate", (event) => {
	event.waitUntil(removeOld());
});
scope.addEventListener("fetch", (event) => {
	const { method, url } = event.request;
	const [plain = ""] = url.split(/[?#]/);
	const file = plain === scope.registration.scope ? urlOf("index.html") : plain;
	if (method === "GET" && known.has(file)) event.respondWith(answer(file));
});
