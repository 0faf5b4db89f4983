import { expect, test } from "vitest";
import { byBytes, canonicalName, quotedName, shownPath } from "./names.js";

const [nfc, nfd] = ["caf\u00e9", "cafe\u0301"];

test("one form for names that look the same", () => {
	expect(canonicalName(nfd)).toBe(nfc);
	expect(canonicalName(nfc)).toBe(nfc);
});

test.each([
	["a plain name", "th\u00e9 vert", [], '"th\u00e9 vert"'],
	["one that looks like another", nfd, [nfc], String.raw`"cafe\u0301"`],
	["one beside itself", nfc, [nfc], `"${nfc}"`],
	["one that differs in case alone", "\u00c9t\u00e9", ["\u00e9t\u00e9"], String.raw`"\u00c9t\u00e9"`],
	["what cannot be seen", "a\u200bb\u00a0c", [], String.raw`"a\u200bb\u00a0c"`],
	["bytes", "\0a\n", [], String.raw`"\u0000a\n"`],
	["two alphabets", "c\u0430t", [], String.raw`"c\u0430t"`],
] as const)("%s in quotes", (_, name, others, expected) => {
	expect(quotedName(name, others)).toBe(expected);
});

test("a path is quoted where it holds what cannot be seen", () => {
	expect([shownPath("a b/c.png"), shownPath("a\nb")]).toEqual(["a b/c.png", String.raw`"a\nb"`]);
});

test("names are in the order of their bytes in UTF-8", () => {
	const names = [
		"",
		"a",
		"B",
		"ab",
		"a/b",
		"a.b",
		"\u00e9",
		"\ud7ff",
		"\ue000",
		"\uffee",
		"\u{1f600}",
		"\u{1f600}a",
		"\u{10fffd}",
	];
	const buffers = names.map((name) => Buffer.from(name)).sort((a, b) => Buffer.compare(a, b));
	expect(names.toReversed().sort(byBytes)).toEqual(buffers.map(String));
});
