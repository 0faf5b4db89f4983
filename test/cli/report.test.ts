import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasChromium, startChromium } from "../support/chromium.js";
import { startLimbeck } from "../support/command-line.js";
import { keepPictures, widths } from "../support/screenshots.js";
import { runCli, temporaryFolder } from "./run-cli.js";

const small = ["--set", "teacher.hidden=[16]", "--set", "student.hidden=[8]", "--threads", "1", "--quiet"];
const short = ["--set", "teacher.epochs=2", "--set", "student.epochs=2"];

/** A page as a reader has it: its text without markup. */
const textOf = (page: string): string => page.replaceAll(/<style>[^]*?<\/style>|<[^>]+>/g, " ").replaceAll(/\s+/g, " ");

describe("the page of a run", () => {
	let out = "";
	let page = "";

	beforeAll(async () => {
		out = await mkdtemp(join(tmpdir(), "limbeck-report-"));
		const run = startLimbeck(["distill", ...small, ...short, "--out", out], join(out, "store"));
		expect(await run.result).toMatchObject({ code: 0, stderr: "" });
		page = await readFile(join(out, "report.html"), "utf8");
	});

	afterAll(() => rm(out, { recursive: true, force: true }));

	it("has every part, and figures that are those of report.json", async () => {
		const titles = Array.from(page.matchAll(/<h2>(.*?)<\/h2>/g), ([, title]) => title);
		expect(titles).toEqual([
			...["Verdict", "Results", "Size and errors", "Dark knowledge", "Training", "Calibration", "Confusions", "Steps"],
			"To do it again",
		]);
		const report = JSON.parse(await readFile(join(out, "report.json"), "utf8")) as Record<
			"teacher" | "student" | "baseline",
			{ readonly errors: number; readonly accuracy: number }
		>;
		for (const { errors, accuracy } of [report.teacher, report.student, report.baseline]) {
			expect(textOf(page)).toContain(` ${String(errors)} ${(100 * accuracy).toFixed(2)} %`);
		}
		expect(page.match(/<img [^>]*src="data:image\/png;base64,/g)?.length).toBeGreaterThan(6);
	});

	it("stays where the same run is found in the store, and comes back where it is gone", async () => {
		const path = join(out, "report.html");
		await writeFile(path, "mine");
		const again = ["distill", ...small, ...short, "--out", out, "--store", join(out, "store")];
		expect(await runCli(again)).toMatchObject({ code: 0 });
		expect(await readFile(path, "utf8")).toBe("mine");
		await rm(path);
		expect(await runCli(again)).toMatchObject({ code: 0 });
		expect(textOf(await readFile(path, "utf8"))).toContain("were found in the store");
		await writeFile(path, page);
	});

	it("needs nothing but itself: no script, no address", () => {
		expect(page).not.toMatch(/<script|javascript:|\son\w+=/i);
		const addresses = Array.from(page.matchAll(/(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)/gi), ([, at]) => at);
		expect(addresses.filter((at) => at?.startsWith("data:image/png;base64,") !== true)).toEqual([]);
		expect(page).not.toMatch(/https?:(?!\/\/www\.w3\.org\/)/);
		expect(page).toContain("default-src &#39;none&#39;");
	});

	it.skipIf(!hasChromium)("fits a window and a phone, and draws every picture", async () => {
		const page = await (await startChromium()).newPage();
		await page.goto(pathToFileURL(join(out, "report.html")).href);
		await keepPictures(page, "report");
		for (const width of widths) {
			await page.setViewportSize({ width, height: 900 });
			expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
		}
		expect(await page.evaluate("Array.from(document.images, ({ naturalWidth }) => naturalWidth)")).not.toContain(0);
	});

	it("shows hostile names as text", async () => {
		const folder = await temporaryFolder();
		const hostile = `<img src=x onerror=alert(1)>"'&`;
		const rename = (text: string): string =>
			text
				.replaceAll(/"(?:0|1|2|3|4|5|6|7|8|9)"(?!:)/g, JSON.stringify(hostile))
				.replaceAll('"digits"', JSON.stringify(hostile));
		for (const name of ["report.json", "details.json", "metrics.jsonl"]) {
			await writeFile(join(folder, name), rename(await readFile(join(out, name), "utf8")));
		}
		const { code, stdout, stderr } = await runCli(["report", folder, "--to", join(folder, "new", "page.html")]);
		expect({ code, stderr }).toMatchObject({ code: 0, stderr: "" });
		expect(stdout).toBe(`${join(folder, "new", "page.html")}\n`);
		const renamed = await readFile(join(folder, "new", "page.html"), "utf8");
		expect(renamed).toContain("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;");
		expect(renamed).not.toContain("<img src=x");
	});

	it("has its plots as files, which programs without style sheets draw as well", async () => {
		const folder = join(await temporaryFolder(), "plots");
		const args = ["report", out, "--to", join(folder, "..", "page.html"), "--plots", folder];
		expect(await runCli(args)).toMatchObject({ code: 0, stderr: "" });
		const names = await readdir(folder);
		expect(names).toHaveLength(page.match(/<svg /g)?.length ?? 0);
		expect(names[0]).toBe("01-test-errors-by-size-of-the-file.svg");
		for (const name of names) {
			const text = await readFile(join(folder, name), "utf8");
			expect(text).not.toContain("var(--");
			// A strict reader of XML.
			const { data } = await sharp(Buffer.from(text))
				.flatten({ background: "#fff" })
				.raw()
				.toBuffer({ resolveWithObject: true });
			expect(new Set(data).size).toBeGreaterThan(5);
		}
	});

	it("has its curves as event files", async () => {
		const folder = await temporaryFolder();
		const args = ["report", out, "--to", join(folder, "page.html"), "--tensorboard", join(folder, "events")];
		expect(await runCli(args)).toMatchObject({ code: 0, stderr: "" });
		expect(await readdir(join(folder, "events"))).toEqual(["baseline", "student", "teacher"]);
		for (const network of ["baseline", "student", "teacher"]) {
			const [name = ""] = await readdir(join(folder, "events", network));
			expect((await readFile(join(folder, "events", network, name))).toString("latin1")).toContain("validation/errors");
		}
	});

	it("is one of several runs side by side, with what differs", async () => {
		const other = await temporaryFolder();
		const changed = ["--set", "distillation.temperature=2", "--out", other, "--store", join(out, "store")];
		expect(await runCli(["distill", ...small, ...short, ...changed])).toMatchObject({ code: 0 });
		const to = join(other, "both.html");
		expect(await runCli(["report", out, other, "--to", to])).toMatchObject({ code: 0, stdout: `${to}\n` });
		const text = textOf(await readFile(to, "utf8"));
		expect(text).toContain("distillation.temperature 4 2");
		expect(text).not.toContain("student.epochs");
	});

	it("refuses what is no run, by name", async () => {
		const folder = await temporaryFolder();
		const none = await runCli(["report", join(folder, "none"), "--store", folder]);
		expect(none).toMatchObject({ code: 2, stdout: "" });
		await writeFile(join(folder, "report.json"), "[]");
		const foreign = await runCli(["report", folder]);
		expect(foreign).toMatchObject({ code: 3, stdout: "" });
		expect(foreign.stderr).toContain(join(folder, "report.json"));
	});
});
