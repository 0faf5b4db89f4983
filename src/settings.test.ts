import { describe, expect, it } from "vitest";
import { z } from "zod";
import { applySettings, settingText } from "./settings.js";

const free = z.unknown();

describe("applySettings", () => {
	it.each([
		["JSON", ["a.b=[1,2]"], { a: { b: [1, 2] } }],
		["text", ["a=x=y"], { a: "x=y" }],
		["an empty text", ["a="], { a: "" }],
		["later ones last", ["a=1", "a=2"], { a: 2 }],
		["names of Object's own", ["constructor.name=x", "toString=1"], { constructor: { name: "x" }, toString: 1 }],
	])("sets %s", (_, settings, expected) => {
		expect(applySettings({}, settings, free)).toEqual(expected);
	});

	it.each([
		["an element's field", ["a.0.b=2"], { a: [{ b: 2, c: 1 }] }],
		["a whole element", ["a.0=3"], { a: [3] }],
		["one more at the end", ["a.1.b=2", "a.2=4"], { a: [{ b: 1, c: 1 }, { b: 2 }, 4] }],
	])("sets in lists %s", (_, settings, expected) => {
		const options = { a: [{ b: 1, c: 1 }] };
		expect(applySettings(options, settings, free)).toEqual(expected);
		expect(options).toEqual({ a: [{ b: 1, c: 1 }] });
	});

	it.each([
		["a.2=1", "the place of an element of a, 0 to 1"],
		["a.b=1", "the place of an element of a, 0 to 1"],
		["a.-1=1", "the place of an element of a, 0 to 1"],
	])("refuses %s", (setting, expected) => {
		expect(() => applySettings({ a: [{ b: 1 }] }, [setting], free)).toThrow(
			expect.objectContaining({ category: "usage", expected }) as Error,
		);
	});

	it("chooses another entry inside a list", () => {
		const entry = z.discriminatedUnion("name", [
			z.strictObject({ name: z.literal("kd"), temperature: z.number() }),
			z.strictObject({ name: z.literal("hints"), pairs: z.number() }),
		]);
		const schema = z.strictObject({ of: z.array(entry) });
		const options = { of: [{ name: "kd", temperature: 4 }] };
		expect(applySettings(options, ["of.0.name=hints"], schema)).toEqual({ of: [{ name: "hints" }] });
	});

	it("leaves its input as it was", () => {
		const options = { a: { b: 1 } };
		applySettings(options, ["a.b=2"], free);
		expect(options).toEqual({ a: { b: 1 } });
	});

	describe("of a field that chooses", () => {
		const training = { epochs: z.number().default(1) };
		const choice = z.strictObject({
			name: z.string(),
			net: z.discriminatedUnion("family", [
				z.strictObject({ family: z.literal("mlp").default("mlp"), hidden: z.number(), ...training }),
				z.strictObject({ family: z.literal("cnn"), hidden: z.number().max(3), ...training }),
				z.strictObject({ family: z.literal("rnn-deep"), deep: z.number(), ...training }),
			]),
		});

		it.each([
			["to another", { family: "cnn", hidden: 3, epochs: 2 }, "mlp", { family: "mlp", epochs: 2 }],
			["away from the one that goes without a name", { hidden: 3, epochs: 2 }, "cnn", { family: "cnn", epochs: 2 }],
			["to the same", { family: "cnn", hidden: 3 }, "cnn", { family: "cnn", hidden: 3 }],
			["to the same by its name", { hidden: 3 }, "mlp", { family: "mlp", hidden: 3 }],
			["to none that there is", { family: "cnn", hidden: 3 }, "rnn", { family: "rnn", hidden: 3 }],
			[
				"to one that has the field set before",
				{ epochs: 2, deep: 3 },
				"rnn-deep",
				{ family: "rnn-deep", epochs: 2, deep: 3 },
			],
		])("%s: keeps the fields that both have", (_, net, family, expected) => {
			expect(applySettings({ net }, [`net.family=${family}`], choice)).toEqual({ net: expected });
		});

		it("keeps the other fields of what is no choice", () => {
			expect(applySettings({ name: "a", net: { hidden: 1 } }, ["name=b"], choice)).toEqual({
				name: "b",
				net: { hidden: 1 },
			});
		});

		it("keeps what comes after", () => {
			const settings = ["net.hidden=2", "net.family=cnn", "net.hidden=3"];
			expect(applySettings({}, settings, choice)).toEqual({ net: { family: "cnn", hidden: 3 } });
		});
	});

	it.each(["a", "=1", ".a=1", "a..b=1", "__proto__.a=1", "a.__proto__=1", `${"a.".repeat(100)}a=1`])(
		"refuses %s",
		(setting) => {
			expect(() => applySettings({}, [setting], free)).toThrow(/^--set .*expected PATH=VALUE/);
		},
	);

	it("refuses a path through what is no object", () => {
		expect(() => applySettings({ a: { b: 3 } }, ["a.b.c=1"], free)).toThrow(
			'--set a.b.c=1: expected an object at a.b, to set its field "c", got 3',
		);
		expect(() => applySettings([], ["a=1"], free)).toThrow('expected an object, to set its field "a", got []');
	});
});

describe("a setting as it is typed into a shell", () => {
	it.each([
		["together", "--set a.b=together"],
		[8, "--set a.b=8"],
		["8", `--set a.b='"8"'`],
		["two words", "--set a.b='two words'"],
		[",", "--set a.b=','"],
		["it's", `--set a.b='"it\\u0027s"'`],
		[["a b", "it's", "no\u00a0break"], `--set a.b='["a b","it\\u0027s","no\\u00a0break"]'`],
		[{ size: [2, 3] }, `--set a.b='{"size":[2,3]}'`],
	])("%j", (value, typed) => {
		const text = settingText("a.b", value);
		expect(text).toBe(typed);
		const setting = /^--set (a\.b=)'?(.*?)'?$/.exec(text);
		expect(applySettings({}, [`${setting?.[1] ?? ""}${setting?.[2] ?? ""}`], free)).toEqual({ a: { b: value } });
	});

	it("is a list that continues", () => {
		expect(settingText("data.ignore", ["a"], true)).toBe(`--set data.ignore='["a",…]'`);
	});
});
