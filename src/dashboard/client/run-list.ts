/** The list of runs: its filter, and the keys that work it. */

const filter = document.querySelector<HTMLInputElement>("input#filter");

const rows = (): readonly HTMLTableRowElement[] => [...document.querySelectorAll<HTMLTableRowElement>("#runs > tr")];

/** Shows the runs that the filter lets pass. */
export function showRuns(): void {
	if (filter === null) return;
	const words = filter.value.toLowerCase().split(/\s+/);
	for (const row of rows()) {
		const text = row.textContent.toLowerCase();
		row.hidden = !words.every((word) => text.includes(word));
	}
	const shown = document.getElementById("shown");
	if (shown !== null) shown.textContent = filter.value === "" ? "" : `${shownRows().length} shown`;
}

const shownRows = (): readonly HTMLTableRowElement[] => rows().filter((row) => !row.hidden);

const focusedRow = (): Element | null => document.activeElement?.closest("#runs > tr") ?? null;

/** Moves the focus by so many runs that are shown. */
function move(by: number): void {
	const links = shownRows().flatMap((row) => row.querySelector("a") ?? []);
	const link = focusedRow()?.querySelector("a");
	const nowhere = by > 0 ? -1 : links.length;
	const at = link ? links.indexOf(link) : nowhere;
	links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
}

const keys: ReadonlyMap<string, () => void> = new Map([
	["/", () => filter?.focus()],
	[
		"j",
		() => {
			move(1);
		},
	],
	[
		"k",
		() => {
			move(-1);
		},
	],
	["x", () => focusedRow()?.querySelector("input")?.click()],
	["c", () => document.querySelector<HTMLFormElement>("form#compare")?.requestSubmit()],
	[
		"g",
		() => {
			location.assign("/");
		},
	],
]);

/** Lets keys, and what is typed into the filter, work the list. */
export function listenToKeys(): void {
	document.addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey) return;
		const typing = filter !== null && event.target === filter;
		if (typing && event.key === "Escape") {
			filter.value = "";
			showRuns();
			filter.blur();
			return;
		}
		const act = typing ? undefined : keys.get(event.key);
		if (act === undefined) return;
		event.preventDefault();
		act();
	});
	filter?.addEventListener("input", showRuns);
	filter?.closest("form")?.addEventListener("submit", (event) => {
		event.preventDefault();
	});
}
