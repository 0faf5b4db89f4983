/** Keeps a page as its server has it, for as long as it is looked at. */
import type { Change } from "../change.js";
import { exchange } from "./parts.js";

/** Follows what the page shows, if it shows what changes. @param changed - called after its parts were exchanged. */
export function follow(changed: () => void): void {
	const address = document.querySelector<HTMLElement>("main[data-live]")?.dataset["live"];
	if (address === undefined) return;
	let source: EventSource | undefined;
	const look = (): void => {
		source?.close();
		source = document.hidden ? undefined : eventsAt(address, changed);
	};
	document.addEventListener("visibilitychange", look);
	look();
}

function eventsAt(address: string, changed: () => void): EventSource {
	const source = new EventSource(address);
	source.addEventListener("open", () => {
		say("live");
	});
	source.addEventListener("error", () => {
		say("not connected: is limbeck dashboard still running?");
	});
	source.addEventListener("message", ({ data }: MessageEvent<string>) => {
		// Our own server's.
		for (const change of JSON.parse(data) as readonly Change[]) exchange(change);
		changed();
	});
	return source;
}

/** Says how the connection is; the same again is not read aloud again. */
function say(text: string): void {
	const status = document.getElementById("connection");
	if (status !== null && status.textContent !== text) status.textContent = text;
}
