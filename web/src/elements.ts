/** The page's elements by their ids. @throws TypeError where there is none of that type. */
export function element<T extends Element>(id: string, type: new () => T): T {
	const found = document.getElementById(id);
	if (found instanceof type) return found;
	throw new TypeError(`#${id}: expected ${type.name}, got ${found?.tagName ?? "nothing"}`);
}

/** A new element with classes, and texts or other elements inside. */
export function make<K extends keyof HTMLElementTagNameMap>(
	tag: K,
	className: string,
	...content: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
	const made = document.createElement(tag);
	if (className !== "") made.className = className;
	made.append(...content);
	return made;
}

/** A new cell that says of which row or column it is. */
export function heading(scope: "row" | "col", text: string): HTMLTableCellElement {
	const made = make("th", "", text);
	made.scope = scope;
	return made;
}
