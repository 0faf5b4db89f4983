import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { detectorNames } from "../../src/distill/novelty/detectors.js";
import { runCli, temporaryFolder } from "./run-cli.js";

/** What these tests read of report.json. */
interface Report {
	readonly study: string;
	readonly answer: readonly string[];
	readonly tables: readonly { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }[];
	readonly figures: readonly { readonly name: string; readonly lines: readonly { readonly points: object[] }[] }[];
	readonly networks: Readonly<Record<string, { readonly errors: number; readonly seeds: readonly object[] }>>;
	readonly seeds: readonly number[];
}

const set = (...settings: readonly string[]): readonly string[] => settings.flatMap((setting) => ["--set", setting]);

/** Networks that are trained in a moment. */
const tiny = [
	...["--quick", "--threads", "1", "--seeds", "1"],
	...set("teacher.hidden=[8]", "teacher.epochs=0.5", "student.epochs=0.2", "student.hidden=[8]"),
];

const temperature = [
	"temperature",
	...tiny,
	"--seeds",
	"2",
	...set("widths=[30]", "temperatures=[1,3,8]", "hardWeights=[]"),
];
/** Labels alone, label smoothing, three temperatures, logits, standardised logits; and the teacher. */
const networks = 8;

async function studied(args: readonly string[], env?: NodeJS.ProcessEnv) {
	const out = await temporaryFolder();
	const { code, stdout, stderr } = await runCli(["study", ...args, "--out", out], env);
	expect(stderr).not.toContain("expected");
	expect(code).toBe(0);
	return { report: JSON.parse(await readFile(join(out, "report.json"), "utf8")) as Report, out, stdout, stderr };
}

describe("limbeck study", () => {
	it("answers with a table, a figure and the intervals of its seeds; a second study finds the networks", async () => {
		const env = { LIMBECK_STORE: await temporaryFolder() };
		const { report, out, stdout } = await studied(temperature, env);
		expect(report).toMatchObject({ study: "temperature", seeds: [1, 2] });
		expect(Object.keys(report.networks)).toHaveLength(networks);
		expect(report.networks["30-T3"]?.seeds).toHaveLength(2);
		expect(report.tables[0]?.columns).toEqual(["objective", "30"]);
		expect(report.tables[0]?.rows.filter(([, errors = ""]) => errors.endsWith("*"))).toHaveLength(1);
		expect(report.figures[0]?.lines[0]?.points).toHaveLength(3);
		expect(report.answer.join(" ")).toMatch(/At 30 units validation chooses T = [138], .*95 % interval/);
		expect(report.answer.join(" ")).toContain("The paper's window at 30 units, T from 2.5 to 4,");
		expect(stdout).toContain("On 2,000 test samples of digits, seen once, at the end; seeds 1, 2.");
		const page = await readFile(join(out, "report.html"), "utf8");
		for (const sentence of report.answer) expect(page).toContain(sentence.replaceAll("'", "&#39;"));
		expect((await readdir(join(out, "figures"))).sort()[0]).toBe("01-errors-by-temperature.svg");
		expect(await readFile(join(out, "figures", "01-errors-by-temperature.svg"), "utf8")).toMatch(/^<svg xmlns=/);
		const again = await studied([...temperature, ...set("temperatures=[1,3,20]")], env);
		// Only T = 20 is new, in each of two seeds.
		expect(again.stderr.match(/found in the store/g)).toHaveLength(2 * (networks - 1));
	});

	it("trains on a transfer set without a class, and mends the bias", async () => {
		const { report } = await studied(["omitted-class", ...tiny, ...set("omit=[3]", "only=[[7,8]]")]);
		expect(Object.keys(report.networks)).toEqual(["teacher", "whole", "without-3", "only-7-8"]);
		expect(report.tables[0]?.rows.map(([name]) => name)).toEqual(["without class 3", "only 7 and 8"]);
		expect(report.tables.map(({ rows }) => rows.length)).toEqual([2, 2, 2]);
		expect(report.figures[0]?.lines).toHaveLength(4);
	});

	it("judges networks in the precisions in which they ship", async () => {
		const { report } = await studied([
			...["pareto", "--quick", "--threads", "1", "--seeds", "1"],
			...set("teacher.hidden=[8]", "teacher.epochs=0.5", 'students=[{"hidden":[4],"epochs":0.2}]'),
		]);
		expect(Object.keys(report.networks)).toContain("student-1-int8");
		expect(report.tables[0]?.rows).toHaveLength(7);
	});

	it("boosts specialists, and tells a withheld class from garbage", async () => {
		const small = [
			...["--quick", "--threads", "1", "--seeds", "1"],
			...set("generalist.hidden=[8]", "generalist.epochs=0.5", "specialist.epochs=0.2", "clustering.specialists=2"),
		];
		const env = { LIMBECK_STORE: await temporaryFolder() };
		const { report: boosting } = await studied(["boosting", ...small, ...set("shrinkages=[0.5]")], env);
		expect(boosting.tables[0]?.rows.map(([way = ""]) => way.replace(" *", ""))).toEqual([
			...["generalist", "specialists, KL", "boosted in turn, ν = 0.5", "boosted at once, ν = 0.5"],
			...["two generalists", "one, trained longer"],
		]);
		const { report } = await studied(["novelty", ...small], env);
		expect(report.tables[0]?.rows).toHaveLength(detectorNames.length);
		expect(report.answer.join(" ")).toMatch(/A withheld class \(4\) is told/);
	});

	it("lists its studies, and refuses what is none", async () => {
		const { stdout } = await runCli(["study", "list"]);
		expect(stdout).toContain("Is the temperature necessary");
		const { code, stderr } = await runCli(["study", "temprature"]);
		expect(code).toBe(2);
		expect(stderr).toContain('Did you mean "temperature"?');
		const fields = await runCli(["recipe", "--study", "temperature"]);
		expect(fields.stdout).toContain("widths = [10,30,100,300,800]");
	});
});
