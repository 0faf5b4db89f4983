/** What every page of the dashboard has around it. */
import { Html, html } from "../report/html/html.js";
import { style as reportStyle } from "../report/html/style.js";
import type { Store } from "../store/store.js";
import { type Part, versionOf } from "./live.js";
import type { Records } from "./records.js";
import type { RunLogs } from "./run-log.js";

/** What pages are made from. */
export interface Surroundings {
	readonly store: Store;
	readonly records: Records;
	readonly logs: RunLogs;
}

/** A page, and the parts of it that follow what they show. */
export interface View {
	readonly title: string;
	readonly parts: readonly Part[];
	readonly body: Html;
}

/** A view as a document. @param path - where its parts are to be had; nowhere where it does not change. */
export function documentOf({ title, parts, body }: View, path?: string): string {
	const live = path === undefined ? undefined : `/events?of=${encodeURIComponent(path)}&have=${versionOf(parts)}`;
	return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Limbeck</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">
<script src="/client.js" defer></script></head>
<body><a class="skip" href="#main">Skip to the page</a>
<header><a href="/">Limbeck</a><span class="soft" id="connection" role="status"></span></header>
<main id="main"${live === undefined ? undefined : html` data-live="${live}"`}><h1>${title}</h1>${body}</main></body></html>
`.text;
}

/** How the dashboard looks: as reports do, and what it has besides. */
export const dashboardStyle = `${reportStyle}
:root { --good: #1b6e35; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --good: #7fd494; --bad: #ff8a7d; } }
a { color: var(--teacher); }
:focus-visible { outline: 3px solid var(--teacher); outline-offset: 2px; border-radius: 2px; }
header { display: flex; gap: 1rem; align-items: baseline; max-width: 68rem; margin: 0 auto; padding: 1rem 1.25rem 0; }
header a { font-weight: 600; text-decoration: none; }
main { padding-top: 1.2rem; }
.skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .3rem .6rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.tools { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: baseline; margin: .8rem 0; }
input[type=search], button { font: inherit; color: var(--ink); background: var(--panel); border: 1px solid var(--soft); border-radius: 6px; padding: .3rem .7rem; }
input[type=search] { width: 16rem; max-width: 100%; } button { cursor: pointer; }
::placeholder { color: var(--soft); opacity: 1; }
input[type=checkbox] { width: 1.1rem; height: 1.1rem; }
kbd { border: 1px solid var(--line); border-radius: 4px; padding: 0 .3rem; font-size: .8rem; }
.cards td, .cards th { text-align: left; vertical-align: top; }
.cards th[scope=row] { font-weight: 400; white-space: normal; overflow-wrap: anywhere; }
.cards p { margin: .1rem 0 0; white-space: normal; }
.cards tbody tr:hover { background: var(--panel); }
.error { color: var(--bad); font-size: .875rem; overflow-wrap: anywhere; }
.state { font-weight: 600; } .running { color: var(--teacher); } .done, .cached { color: var(--good); } .failed { color: var(--bad); }
.stopped, .waiting { color: var(--soft); }
.state::before { content: "● "; } .waiting::before { content: "○ "; } .failed::before { content: "✕ "; } .stopped::before { content: "◼ "; }
progress { width: 7rem; accent-color: var(--teacher); vertical-align: middle; }
section:empty { display: none; }
@media (max-width: 46rem) {
	.keys { display: none; }
	.cards, .cards tbody, .cards tr, .cards td, .cards th { display: block; } .cards thead { display: none; }
	.cards tr { border-bottom: 1px solid var(--line); padding: .6rem 0; position: relative; } .cards tr[hidden] { display: none; }
	.cards td, .cards th { border: 0; padding: .1rem 0; white-space: normal; } .cards td:empty { display: none; }
	#runs tr { padding-left: 2rem; } #runs td:first-child { position: absolute; left: 0; top: .6rem; }
	.cards td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
}
`;

/** A page that says one thing. */
export function messageView(title: string, sentences: readonly string[]): View {
	return { title, parts: [], body: html`${sentences.map((one) => html`<p>${one}</p>`)}` };
}

/** A part that is a section, empty where there is nothing to show. */
export function sectionPart(id: string, title: string, content: Html | undefined): Part {
	const markup =
		content === undefined
			? html`<section id="${id}"></section>`
			: html`<section id="${id}"><h2>${title}</h2>${content}</section>`;
	return { id, into: "parts", html: new Html(markup.text) };
}
