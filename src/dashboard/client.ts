/** What runs in the browser: parts of the page are exchanged as they change, and keys move through the list. */

/** A script for any browser; it is served by itself, as the policy allows none within a page. */
export const clientScript = `"use strict";
const main = document.querySelector("main[data-live]");
const status = document.getElementById("connection");
const filter = document.getElementById("filter");
let source;

function follow() {
	source?.close();
	source = undefined;
	if (main === null || document.hidden) return;
	source = new EventSource(main.dataset.live);
	source.onopen = () => tell("live");
	source.onerror = () => tell("not connected: is limbeck dashboard still running?");
	source.onmessage = ({ data }) => {
		for (const change of JSON.parse(data)) apply(change);
		show();
	};
}

function tell(text) {
	if (status !== null && status.textContent !== text) status.textContent = text;
}

function apply({ id, html, into, before, gone }) {
	const old = document.getElementById(id);
	if (gone) return old?.remove();
	const template = document.createElement("template");
	template.innerHTML = html;
	const fresh = template.content.firstElementChild;
	if (old === null) {
		document.getElementById(into)?.insertBefore(fresh, before === null ? null : document.getElementById(before));
		return;
	}
	// What the reader has done stays: marks, what is open, and where the focus is.
	const pairs = (selector) => [...old.querySelectorAll(selector)].map((one, k) => [one, fresh.querySelectorAll(selector)[k]]);
	for (const [was, is] of pairs("input")) if (is) is.checked = was.checked;
	for (const [was, is] of pairs("details")) if (is) is.open = was.open;
	const focused = pairs("a, input, summary").find(([was]) => was === document.activeElement)?.[1];
	old.replaceWith(fresh);
	focused?.focus({ preventScroll: true });
}

const rows = () => [...document.querySelectorAll("#runs > tr")];

function show() {
	if (filter === null) return;
	const words = filter.value.toLowerCase().split(/\\s+/);
	let shown = 0;
	for (const row of rows()) {
		const text = row.textContent.toLowerCase();
		row.hidden = !words.every((word) => text.includes(word));
		if (!row.hidden) shown++;
	}
	document.getElementById("shown").textContent = filter.value === "" ? "" : shown + " shown";
}

/** Moves the focus by so many runs that are shown. */
function move(by) {
	const links = rows().filter((row) => !row.hidden).map((row) => row.querySelector("a"));
	if (links.length === 0) return;
	const row = document.activeElement?.closest("#runs > tr");
	const at = row ? links.indexOf(row.querySelector("a")) : by > 0 ? -1 : links.length;
	links[Math.max(0, Math.min(links.length - 1, at + by))].focus();
}

const keys = {
	"/": () => filter?.focus(),
	j: () => move(1),
	k: () => move(-1),
	x: () => document.activeElement?.closest("#runs > tr")?.querySelector("input")?.click(),
	c: () => document.getElementById("compare")?.requestSubmit(),
	g: () => location.assign("/"),
};

document.addEventListener("keydown", (event) => {
	if (event.ctrlKey || event.metaKey || event.altKey) return;
	const typing = event.target === filter;
	if (typing && event.key === "Escape") {
		filter.value = "";
		show();
		filter.blur();
	} else if (!typing && Object.hasOwn(keys, event.key)) {
		event.preventDefault();
		keys[event.key]();
	}
});
filter?.addEventListener("input", show);
filter?.closest("form")?.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("visibilitychange", follow);
show();
follow();
`;
