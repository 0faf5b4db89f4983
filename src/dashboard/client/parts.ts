/** The parts of a page, each an element with an id. */
import type { Change } from "../change.js";

/** Exchanges, adds or removes a part. What the reader has done stays: marks, what is open, and where the focus is. */
export function exchange(change: Change): void {
	const old = document.getElementById(change.id);
	if ("gone" in change) {
		old?.remove();
		return;
	}
	const fresh = elementOf(change.html);
	if (fresh === null) return;
	if (old === null) {
		const next = change.before === null ? null : document.getElementById(change.before);
		document.getElementById(change.into)?.insertBefore(fresh, next);
		return;
	}
	for (const [was, is] of pairs(old, fresh, "input")) is.checked = was.checked;
	for (const [was, is] of pairs(old, fresh, "details")) is.open = was.open;
	const focused = pairs<HTMLElement>(old, fresh, "a, input, summary").find(([was]) => was === document.activeElement);
	old.replaceWith(fresh);
	focused?.[1].focus({ preventScroll: true });
}

function elementOf(html: string): Element | null {
	const template = document.createElement("template");
	template.innerHTML = html;
	return template.content.firstElementChild;
}

type Pairs<T> = readonly (readonly [was: T, is: T])[];

/** What a selector finds in a part as it was, with what it finds at the same place in the part as it is. */
function pairs<K extends keyof HTMLElementTagNameMap>(
	old: Element,
	fresh: Element,
	tag: K,
): Pairs<HTMLElementTagNameMap[K]>;
function pairs<T extends Element>(old: Element, fresh: Element, selector: string): Pairs<T>;
function pairs(old: Element, fresh: Element, selector: string): Pairs<Element> {
	const found = fresh.querySelectorAll(selector);
	return [...old.querySelectorAll(selector)].flatMap((was, k) => {
		const is = found[k];
		return is === undefined ? [] : [[was, is] as const];
	});
}
