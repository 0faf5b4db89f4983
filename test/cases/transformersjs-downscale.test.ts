import { expect, it } from "vitest";
import { exportCase } from "./export-case.js";

it("large pictures are averaged in transformers.js as in training; the card holds no folder of this machine", async () => {
	const { report, card, errors } = await exportCase("transformersjs-downscale", ["data.size=8"]);
	expect(report.models[0]).toMatchObject({ test: { errors: 0 }, transformers: { errors: 0 } });
	expect(errors).toBe(0);
	expect(report.notices.filter(({ code }) => code.startsWith("transformers-"))).toEqual([]);
	expect(`${card}${JSON.stringify(report)}`).not.toMatch(/\/tmp|limbeck-cli-/);
}, 120_000);
