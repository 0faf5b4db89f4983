import { expect, it } from "vitest";
import { exportCase } from "./export-case.js";

it("large pictures are averaged in transformers.js as in training; the card holds no folder of this machine", async () => {
	const { report, card, errors } = await exportCase("transformersjs-downscale", ["data.size=8"]);
	expect(report.models[0]).toMatchObject({ test: { errors: 0 }, transformers: { errors: 0 } });
	expect(errors).toBe(0);
	expect(report.notices.map(({ code }) => code)).toEqual(["test-in-training", "copies-in-training"]);
	expect(`${card}${JSON.stringify(report)}`).not.toMatch(/\/tmp|limbeck-cli-/);
}, 120_000);
