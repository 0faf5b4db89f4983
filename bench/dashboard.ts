/** How long the dashboard takes to show a store of many runs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { type RunRecord, writeRecord } from "../src/pipeline/records.js";
import { roomsIn } from "../src/store/rooms.js";
import { parseRecipe } from "../src/workflows/distill/recipe.js";

// As an import, jiti's hook would be in its way.
const { chromium } = createRequire(import.meta.url)("playwright-core") as typeof import("playwright-core");

const root = join(import.meta.dirname, "..");

/** Milliseconds. */
export interface DashboardTimes {
	/** From the request to the whole page, the first time and after. */
	readonly firstAnswer: number;
	readonly answer: number;
	/** In Chromium, from the request to all rows drawn, the first time and after. */
	readonly firstOpen: number;
	readonly open: number;
	/** Bytes of the page. */
	readonly bytes: number;
}

/** Makes records of so many runs of 20 steps each, one in a hundred of them at work, and opens the dashboard over them. */
export async function measureDashboard(runs: number, rounds: number): Promise<DashboardTimes> {
	const store = await mkdtemp(join(tmpdir(), "limbeck-dashboard-"));
	try {
		for (let run = 0; run < runs; run++) await writeRecord(roomsIn(store), recordOf(run, store));
		return await measureOver(store, rounds);
	} finally {
		await rm(store, { recursive: true, force: true });
	}
}

function recordOf(run: number, store: string): RunRecord {
	const created = new Date(Date.UTC(2026, 0, 1) + 3_600_000 * run);
	const works = run % 100 === 99;
	const step = { kind: "train", state: "done", began: 0, seconds: 60 } as const;
	return {
		schema: 1,
		id: `run-${String(run).padStart(6, "0")}`,
		command: "distill",
		recipe: { ...parseRecipe({}) },
		out: join(store, "out"),
		threads: 2,
		state: works ? "running" : "done",
		created: created.toISOString(),
		updated: new Date(created.getTime() + 1_200_000).toISOString(),
		process: { pid: process.pid, host: hostname() },
		steps: Array.from({ length: 20 }, (_, k) => ({
			...step,
			label: `seed ${String(k)}, student`,
			key: "0".repeat(64),
		})),
	};
}

async function measureOver(store: string, rounds: number): Promise<DashboardTimes> {
	const args = [join(root, "bin/limbeck.js"), "dashboard", "--port", "0", "--store", store];
	const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
	const browser = await chromium.launch({
		executablePath: process.env["LIMBECK_CHROMIUM"] ?? "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-gpu"],
	});
	try {
		const [line] = (await once(child.stdout, "data")) as [Buffer];
		const address = line.toString().trim();
		const { port, origin, searchParams } = new URL(address);
		const cookie = `limbeck-${port}=${searchParams.get("token") ?? ""}`;
		let bytes = 0;
		const answers = await repeated(rounds, async () => {
			const response = await fetch(origin, { headers: { cookie } });
			bytes = (await response.arrayBuffer()).byteLength;
		});
		const page = await browser.newPage();
		// The token once, so that all rounds ask for the same.
		await page.context().addCookies([{ name: `limbeck-${port}`, value: searchParams.get("token") ?? "", url: origin }]);
		const opens = await repeated(rounds, async () => {
			await page.goto(origin, { waitUntil: "load" });
			// Two frames: what was laid out is drawn by the second.
			await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
		});
		return { firstAnswer: answers.first, answer: answers.median, firstOpen: opens.first, open: opens.median, bytes };
	} finally {
		await browser.close();
		child.kill("SIGTERM");
		await once(child, "close");
	}
}

async function repeated(
	rounds: number,
	act: () => Promise<void>,
): Promise<{ readonly first: number; readonly median: number }> {
	const times: number[] = [];
	for (let round = 0; round < rounds; round++) {
		const before = performance.now();
		await act();
		times.push(performance.now() - before);
	}
	const sorted = times.toSorted((a, b) => a - b);
	return { first: times[0] ?? NaN, median: sorted[Math.floor(sorted.length / 2)] ?? NaN };
}
