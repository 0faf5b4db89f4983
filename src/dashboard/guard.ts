/** Who may ask the dashboard what: nobody but its own pages, and whoever has its token. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { hostname } from "node:os";

/** A request as it came. */
export interface Asked {
	/** The path and query, as sent. */
	readonly target: string;
	readonly headers: IncomingHttpHeaders;
}

/** What is asked for, and from where. */
export interface GuardOptions {
	/** The host that the server is bound to. */
	readonly host: string;
	readonly port: number;
	readonly token: string;
}

/** Whether a host is this machine and no other. */
export function isLoopback(host: string): boolean {
	return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The cookie that holds the token: of this port, since a host's ports share their cookies. */
export const cookieName = (port: number): string => `limbeck-${String(port)}`;

/**
 * Why a request is refused; nothing where it is not.
 *
 * - `Host` must be a name of this server: a page whose own name has come to mean this machine (DNS rebinding) has another.
 * - `Origin` and `Sec-Fetch-Site` must be this server's: other pages, those of other ports too, get nothing.
 * - A path with `..` in it is nobody's honest wish.
 * - The token must be in the address once, and in a cookie from there on.
 */
export function refusal({ target, headers }: Asked, options: GuardOptions): string | undefined {
	if (!isOwnHost(headers.host, options)) return "this is not the dashboard's address";
	if (headers.origin !== undefined && headers.origin !== `http://${headers.host ?? ""}`) return "another page asks";
	const site = headers["sec-fetch-site"];
	if (site !== undefined && site !== "same-origin" && site !== "none") return "another page asks";
	if (climbs(target)) return "the path leads elsewhere";
	if (!hasToken(target, headers, options))
		return "the token is missing: open the address that limbeck dashboard printed";
	return undefined;
}

/** Whether `Host` names this server; where it can be reached by other machines, its addresses and its name do. */
function isOwnHost(given: string | undefined, { host, port }: GuardOptions): boolean {
	const [, name = "", own = "80"] = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d+))?$/i.exec(given ?? "") ?? [];
	if (Number(own) !== port) return false;
	const bare = name.replace(/^\[|\]$/g, "").toLowerCase();
	if (bare === host.toLowerCase() || isLoopback(bare)) return true;
	return !isLoopback(host) && (isIP(bare) !== 0 || bare === hostname().toLowerCase());
}

function climbs(target: string): boolean {
	try {
		return /(^|[/\\])\.\.?([/\\?]|$)|[\\\0]/.test(decodeURIComponent(target));
	} catch {
		return true;
	}
}

function hasToken(target: string, { cookie = "" }: IncomingHttpHeaders, { port, token }: GuardOptions): boolean {
	const sent = cookie.split("; ").find((pair) => pair.startsWith(`${cookieName(port)}=`));
	return [tokenIn(target), sent?.slice(cookieName(port).length + 1)].some(
		(one) => one !== undefined && same(one, token),
	);
}

/** The token that an address has. */
export function tokenIn(target: string): string | undefined {
	return addressOf(target).searchParams.get("token") ?? undefined;
}

/** A request's target as an address of ours: a path and a query, whatever it is. */
export function addressOf(target: string): URL {
	const [path = "", ...query] = target.split("?");
	const url = new URL("http://localhost");
	url.pathname = path;
	url.search = query.join("?");
	return url;
}

/** Whether two texts are the same, in a time that does not tell how far they are. */
function same(a: string, b: string): boolean {
	const [left, right] = [a, b].map((text) => createHash("sha256").update(text).digest());
	return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
