/** Keeps the page working without a network, and isolated on hosts that send no headers for it. */

/** Set when the page was loaded again for its service worker, so that it never happens twice. */
const reloaded = "limbeck.reloaded";

/**
 * Registers the service worker. Where the host does not isolate the page, the service worker does from the next load on:
 * as long as nothing has been touched, that is at once.
 *
 * @param place - is told that the page works offline, once it does.
 */
export async function stayOffline(place: HTMLElement): Promise<void> {
	if (!("serviceWorker" in navigator)) return;
	const { serviceWorker } = navigator;
	const page = { touched: false };
	const touch = (): void => {
		page.touched = true;
	};
	addEventListener("pointerdown", touch, { once: true });
	addEventListener("keydown", touch, { once: true });
	await serviceWorker.register(new URL("sw.js", document.baseURI));
	await serviceWorker.ready;
	place.textContent = "This page works offline now.";
	document.documentElement.dataset["offline"] = "true";
	if (crossOriginIsolated || page.touched || sessionStorage.getItem(reloaded) !== null) return;
	sessionStorage.setItem(reloaded, "true");
	location.reload();
}
