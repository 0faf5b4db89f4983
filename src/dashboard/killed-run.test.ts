import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/own-data.js";
import { leaveRecord, tellProgress } from "../../test/support/records.js";
import { findRun } from "../pipeline/records.js";
import { openStore } from "../store/open-store.js";
import { openRecords } from "./records.js";
import { openRunLogs } from "./run-log.js";
import { noDrawings, runView } from "./run-page.js";
import { runsView } from "./runs-page.js";

it("a run whose process was killed has stopped, and so have the steps that it was at", async () => {
	const folder = await temporaryFolder();
	const store = openStore(folder);
	const { rooms } = store;
	// A process that is gone.
	const { pid } = spawnSync(process.execPath, ["--version"]);
	const step = { kind: "train", key: "a".repeat(64) };
	const record = await leaveRecord(folder, {
		state: "running",
		process: { pid, host: hostname() },
		steps: [
			{ ...step, label: "seed 1, teacher", state: "done", began: 0, seconds: 20 },
			{ ...step, label: "seed 1, student", state: "running", began: 20 },
			{ ...step, label: "seed 1, baseline", state: "waiting" },
		],
	});
	for (const taken of [100, 220]) await tellProgress(folder, record, { label: "seed 1, student", step: taken });
	const states = ["done", "stopped", "waiting"];
	expect((await findRun(rooms, record.id)).steps.map(({ state }) => state)).toEqual(states);
	const around = { store, records: openRecords(rooms), logs: openRunLogs(rooms) };
	const page = await runView(record.id, around, noDrawings());
	const list = await runsView(around);
	for (const { text } of [...(page?.parts ?? []), ...list.parts].map(({ html }) => html)) {
		expect(text).not.toMatch(/running|<progress|\d+ s left/);
	}
	const steps = page?.parts.find(({ id }) => id === "steps")?.html.text;
	expect(steps).toMatch(/seed 1, student<\/th><td data-label="state"><span class="state stopped">stopped.*22 %/);
});
