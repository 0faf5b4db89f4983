/** Pages that follow what they show: parts with names, and what has changed of them since they were sent. */
import { createHash } from "node:crypto";
import type { Html } from "../report/html/html.js";
import type { Change } from "./change.js";

/** A part of a page: an element with this id. */
export interface Part {
	readonly id: string;
	readonly html: Html;
	/** The id of the element that it is in. */
	readonly into: string;
}

/** What was sent, by id. */
export type Sent = ReadonlyMap<string, string>;

/** The parts as they are to be remembered. */
export function sentOf(parts: readonly Part[]): Sent {
	return new Map(parts.map(({ id, html }) => [id, html.text]));
}

/** What leads from what was sent to these parts. Parts keep their order; new ones stand before their successor. */
export function changesSince(sent: Sent, parts: readonly Part[]): readonly Change[] {
	const now = new Set(parts.map(({ id }) => id));
	const changes: Change[] = [...sent.keys()].filter((id) => !now.has(id)).map((id) => ({ id, gone: true }));
	// From the end, so that a part's successor is there when it comes.
	for (const [k, { id, html, into }] of [...parts.entries()].reverse()) {
		if (sent.get(id) === html.text) continue;
		const next = parts[k + 1];
		changes.push({ id, html: html.text, into, before: next?.into === into ? next.id : null });
	}
	return changes;
}

/** A short name for parts as they are: who has them needs nothing. */
export function versionOf(parts: readonly Part[]): string {
	const hash = createHash("sha256");
	for (const { id, html } of parts) hash.update(`${id}\0${html.text}\0`);
	return hash.digest("hex").slice(0, 16);
}
