import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it, onTestFinished } from "vitest";
import { hasChromium, startChromium } from "../support/chromium.js";
import { startLimbeck } from "../support/command-line.js";
import { leaveRecord, tellProgress } from "../support/records.js";
import { keepPictures } from "../support/screenshots.js";
import { runCli, temporaryFolder } from "./run-cli.js";

/** A dashboard that runs, and where it is. */
interface Opened {
	readonly address: URL;
	readonly store: string;
	/** `Cookie`, as its reader has it. */
	readonly cookie: string;
}

/** Starts the dashboard over a store; it ends with the test. */
async function openDashboard(store: string): Promise<Opened> {
	const { child, result } = startLimbeck(["dashboard", "--port", "0"], store);
	onTestFinished(async () => {
		child.kill("SIGTERM");
		expect(await result).toMatchObject({ code: 0 });
	});
	const address = await new Promise<string>((resolve, reject) => {
		child.stdout?.once("data", (text: Buffer) => {
			resolve(text.toString().trim());
		});
		child.once("close", () => {
			void result.then(({ stderr }) => {
				reject(new Error(stderr));
			});
		});
	});
	const url = new URL(address);
	return { address: url, store, cookie: `limbeck-${url.port}=${url.searchParams.get("token") ?? ""}` };
}

interface Got {
	readonly status: number | undefined;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

/** Asks for a path exactly as it is given. */
function ask({ address, cookie }: Opened, path: string, headers: object = {}, method = "GET"): Promise<Got> {
	return new Promise((resolve, reject) => {
		const options = { host: "127.0.0.1", port: address.port, path, method, headers: { cookie, ...headers } };
		const asked = request(options, (response) => {
			let body = "";
			response.on("data", (text: Buffer) => {
				body += text.toString();
			});
			response.on("end", () => {
				resolve({ status: response.statusCode, headers: response.headers, body });
			});
		});
		asked.on("error", reject);
		asked.end();
	});
}

/** Opens a page of the dashboard; what is wrong in it, or forbidden by its policy, fails the test. */
async function openPage({ address }: Opened): Promise<Page> {
	const browser = await startChromium();
	const page = await browser.newPage();
	const wrong: string[] = [];
	page.on("pageerror", (error) => wrong.push(error.message));
	page.on("console", (message) => {
		// A page that explains what is not there is no fault.
		if (message.type() === "error" && !message.text().includes("status of 404")) wrong.push(message.text());
	});
	onTestFinished(() => {
		expect(wrong).toEqual([]);
	});
	await page.goto(address.href);
	return page;
}

const hostile = `"><img src=x onerror="document.title='hacked'"><script>document.title='hacked'</script>`;

describe("limbeck dashboard refuses", () => {
	it("who has no token, comes from another page, by another name, or climbs", async () => {
		const store = await temporaryFolder();
		const { id } = await leaveRecord(store);
		await writeFile(join(store, "secret.txt"), "secret");
		const opened = await openDashboard(store);
		const own = opened.address.host;
		expect(await ask(opened, "/")).toMatchObject({ status: 200 });
		const refused = [
			await ask(opened, "/", { cookie: "" }),
			await ask(opened, "/", { cookie: "limbeck-1=x" }),
			await ask(opened, "/?token=wrong", { cookie: "" }),
			await ask(opened, "/events?of=/", { cookie: "" }),
			await ask(opened, "/", { host: "evil.example" }),
			await ask(opened, "/", { host: `evil.example:${opened.address.port}` }),
			await ask(opened, "/", { host: "127.0.0.1:1" }),
			await ask(opened, "/", { origin: "http://evil.example" }),
			await ask(opened, "/", { origin: "http://127.0.0.1:1" }),
			await ask(opened, "/", { "sec-fetch-site": "cross-site" }),
			await ask(opened, "/", { "sec-fetch-site": "same-site" }),
			await ask(opened, "/../secret.txt"),
			await ask(opened, "/runs/../../secret.txt"),
			await ask(opened, "/runs/%2e%2e/report"),
			await ask(opened, "/runs/..%2f..%2fsecret.txt"),
			await ask(opened, "/runs\\..\\secret.txt"),
			await ask(opened, "/%00"),
			await ask(opened, "/%"),
		];
		expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403));
		for (const { body, headers } of refused) {
			expect(body).not.toContain(id);
			expect(headers["access-control-allow-origin"]).toBeUndefined();
		}
		expect(await ask(opened, "/", { host: `localhost:${opened.address.port}` })).toMatchObject({ status: 200 });
		expect(await ask(opened, "/", { origin: `http://${own}` })).toMatchObject({ status: 200 });
		expect(await ask(opened, "/secret.txt")).toMatchObject({ status: 404 });
		expect(await ask(opened, "/", {}, "POST")).toMatchObject({ status: 405 });
		expect(await ask(opened, `/runs/${id}`, {}, "DELETE")).toMatchObject({ status: 405 });
	});

	it("a port that is taken, and a host that is not this machine's", async () => {
		const { address, store } = await openDashboard(await temporaryFolder());
		const taken = await runCli(["dashboard", "--port", address.port, "--store", store]);
		expect(taken).toMatchObject({ code: 2, stdout: "" });
		expect(taken.stderr).toContain("--port 0");
		const foreign = await runCli(["dashboard", "--host", "192.0.2.1", "--port", "0", "--store", store]);
		expect(foreign).toMatchObject({ code: 2, stdout: "" });
	});
});

describe("limbeck dashboard", () => {
	it("takes the token from the address, and asks for nothing but itself", async () => {
		const opened = await openDashboard(await temporaryFolder());
		const { status, headers } = await ask(opened, `${opened.address.pathname}${opened.address.search}`, { cookie: "" });
		expect({ status, location: headers.location }).toEqual({ status: 303, location: "/" });
		expect(headers["set-cookie"]?.[0]).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
		const page = await ask(opened, "/");
		expect(page.headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'");
		expect(page.body.match(/<script/g)).toHaveLength(1);
		expect(page.body).toContain("npx limbeck distill makes one");
		const script = await ask(opened, "/client.js");
		expect(script).toMatchObject({ status: 200, headers: { "content-type": "text/javascript; charset=utf-8" } });
		// What the build has made of src/dashboard/client/: one script, which loads no other.
		expect(script.body).toContain("new EventSource(");
		expect(script.body).not.toMatch(/^\s*(?:import|export)\b/m);
	});

	it.skipIf(!hasChromium)(
		"shows hostile names as text, in Chromium, and a report of anybody's without its scripts",
		async () => {
			const store = await temporaryFolder();
			const out = join(store, "out");
			const run = await leaveRecord(store, {
				out,
				recipe: { name: hostile },
				error: hostile,
				steps: [{ label: hostile, kind: "train", key: "a".repeat(64), state: "done", began: 0, seconds: 1 }],
			});
			await tellProgress(store, run, { label: hostile, step: 10, text: hostile });
			await mkdir(out);
			const environment = { cpu: "", onnxruntime: "" };
			const network = { parameters: 1, bytes: 1, errors: 1 };
			const report = {
				schema: 1,
				kind: "train",
				created: run.created,
				seeds: [1],
				recipe: { name: hostile, network: { family: hostile } },
				data: { name: hostile, test: 1, fingerprint: "" },
				environment,
				network,
			};
			await writeFile(join(out, "report.json"), JSON.stringify(report));
			await writeFile(join(out, "details.json"), JSON.stringify({ run: run.id, steps: [] }));
			await writeFile(join(out, "report.html"), `<title>report</title>${hostile}`);
			const page = await openPage(await openDashboard(store));
			await page.getByRole("link", { name: run.id }).click();
			await page.getByText("The report").waitFor();
			expect(await page.locator("#steps th[scope=row]").textContent()).toBe(hostile);
			expect(await page.title()).toBe(`${run.id} – Limbeck`);
			expect(await page.locator("img, main script").count()).toBe(0);
			const opened = await page.evaluate(async (id) => {
				const response = await fetch(`/runs/${id}/report`);
				return { policy: response.headers.get("content-security-policy"), text: await response.text() };
			}, run.id);
			expect(opened.policy).toMatch(/^default-src 'none'.*; sandbox$/);
			expect(opened.text).toContain("<title>report</title>");
			await rm(join(out, "report.html"));
			await symlink("/etc/passwd", join(out, "report.html"));
			const linked = await page.evaluate(async (id) => (await fetch(`/runs/${id}/report`)).text(), run.id);
			expect(linked).toContain("<!doctype html>");
		},
	);

	it.skipIf(!hasChromium)("shows a run as it trains: progress that moves, curves, and its end", async () => {
		const store = await temporaryFolder();
		const page = await openPage(await openDashboard(store));
		await page.getByText("None yet").waitFor();
		const out = join(store, "out");
		const network = ["--model", "mlp:64", "--epochs", "2000", "--threads", "1"];
		const run = startLimbeck(["train", ...network, "--quiet", "--out", out], store);
		onTestFinished(() => void run.child.kill("SIGKILL"));
		const link = page.locator("#runs a");
		await link.waitFor();
		await page.locator("#runs").getByText("% ", { exact: false }).waitFor();
		await link.click();
		const bar = page.locator("#steps progress");
		const seen = new Set<string>();
		for (let k = 0; k < 600 && seen.size < 3; k++) {
			const value = await bar.getAttribute("value", { timeout: 30_000 }).catch(() => null);
			if (value === null) break;
			seen.add(value);
			await page.waitForTimeout(100);
		}
		expect(seen.size).toBe(3);
		const cells = await page.locator("#steps tbody tr").first().locator("td").allTextContents();
		expect(cells.slice(-4).join(" ")).toMatch(/^\d+ (s|min) \S+ [\d,]+ [\d.]+ MB$/);
		expect(await page.locator("#curves svg").first().getAttribute("aria-label")).toBe("Training loss");
		await keepPictures(page, "run");
		run.child.kill("SIGINT");
		expect(await run.result).toMatchObject({ code: 130 });
		await page.locator("#facts .stopped").waitFor();
		expect(await page.locator("#facts code").textContent()).toMatch(/^npx limbeck resume /);
	});

	it.skipIf(!hasChromium)("is worked with keys alone: filter, mark, compare, and marks outlast changes", async () => {
		const store = await temporaryFolder();
		const [first, second] = [await leaveRecord(store), await leaveRecord(store, { command: "speech" })];
		const running = await leaveRecord(store, { state: "running", command: "train" });
		const opened = await openDashboard(store);
		const page = await openPage(opened);
		const focused = () => page.evaluate<string>("document.activeElement?.closest('tr')?.id ?? ''");
		await page.keyboard.press("/");
		await page.keyboard.type("speech");
		await page.getByText("1 shown").waitFor();
		await page.keyboard.press("Escape");
		await page.keyboard.press("j");
		const order = await page.evaluate<string[]>("[...document.querySelectorAll('#runs tr')].map((row) => row.id)");
		expect(await focused()).toBe(order[0]);
		for (const row of order) {
			expect(await focused()).toBe(row);
			await page.keyboard.press("x");
			await page.keyboard.press("j");
		}
		const marked = page.locator("#runs input:checked");
		expect(await marked.count()).toBe(2);
		await leaveRecord(store, { ...running, command: "specialize" });
		await page.getByText("specialize").waitFor();
		await leaveRecord(store, { ...first, command: "distill", error: "told later" });
		await page.getByText("told later").waitFor();
		expect(await marked.count()).toBe(2);
		expect(await focused()).toBe(order[2]);
		await keepPictures(page, "runs");
		await page.keyboard.press("c");
		await page.waitForURL(/\/compare\?run=/);
		expect(new URL(page.url()).searchParams.getAll("run").toSorted()).toEqual([first.id, second.id].toSorted());
		await page.getByText("expected a file or folder that exists", { exact: false }).waitFor();
	});
});
