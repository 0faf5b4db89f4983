import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resolveDataFolders, userCacheFolder } from "./folders.js";
import { dataSetOf, dataSets, findDataSet, ownDataSets, publishedDataSets } from "./index.js";
import { dataOptions } from "./options.js";

describe("the table of data sets", () => {
	test.each(Object.entries(publishedDataSets))("%s is complete", (name, entry) => {
		expect(findDataSet(name)).toBe(entry);
		expect(new Set(entry.classes).size).toBe(entry.classes.length);
		expect(entry.title).not.toBe("");
		const { mean, std } = entry.normalization;
		for (const value of [mean, std].flat()) expect(value).toBeGreaterThan(0);
		for (const file of "download" in entry ? (entry.download ?? []) : []) {
			expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
			if (!("hasContent" in file)) expect(file.contentSha256).toMatch(/^[0-9a-f]{64}$/);
			expect(file.mirrors.length).toBeGreaterThan(0);
			expect(file.mirrors.every((url) => new URL(url).pathname.endsWith(file.name))).toBe(true);
		}
	});

	test.each(Object.entries(ownDataSets))("%s says what it is, and what is known only after loading", (name, entry) => {
		expect(findDataSet(name)).toBe(entry);
		expect(entry.title).toMatch(/^your /);
		expect(findDataSet(name).classes).toBeUndefined();
	});

	test("every name has options, and the other way round", () => {
		const names = dataOptions.options.map(({ shape }) =>
			shape.name.parse(Object.keys(dataSets).find((name) => shape.name.safeParse(name).success)),
		);
		expect(names).toEqual(Object.keys(dataSets));
		expect(dataSetOf(dataOptions.parse({})).title).toBe(dataSets.digits.title);
	});

	test.each([
		["digit", "digits"],
		["MNIST", "mnist"],
		["fashionmnist", "fashion-mnist"],
		["__proto__", undefined],
	])("%s is unknown; did you mean %s", (name, near) => {
		expect(() => findDataSet(name)).toThrow(
			expect.objectContaining({
				category: "usage",
				expected: "one of digits, mnist, fashion-mnist, cifar-100, folder, npz, npy, csv, parquet",
				hint: near === undefined ? undefined : `Did you mean ${near}?`,
			}) as Error,
		);
	});
});

describe("folders", () => {
	test("the option stands above the environment, which stands above the cache", () => {
		const env = { LIMBECK_DATA: "/env", HOME: "/home/me" };
		expect(resolveDataFolders("mnist", "/option", env)).toEqual(["/option", join("/option", "mnist")]);
		expect(resolveDataFolders("mnist", undefined, env)).toEqual([join("/env", "mnist"), "/env"]);
		const [cache] = resolveDataFolders("mnist", undefined, { HOME: "/home/me", LIMBECK_DATA: "" });
		expect(cache).toBe(join(userCacheFolder({ HOME: "/home/me" }, process.platform), "data", "mnist"));
	});

	test.each([
		["linux", {}, "/home/me/.cache/limbeck"],
		["linux", { XDG_CACHE_HOME: "/cache" }, "/cache/limbeck"],
		["linux", { XDG_CACHE_HOME: "" }, "/home/me/.cache/limbeck"],
		["darwin", { XDG_CACHE_HOME: "/cache" }, "/home/me/Library/Caches/limbeck"],
		["win32", { LOCALAPPDATA: "/local" }, "/local/limbeck"],
	] as const)("the cache on %s with %j is %s", (platform, env, expected) => {
		expect(userCacheFolder({ HOME: "/home/me", ...env }, platform)).toBe(join(expected));
	});
});
