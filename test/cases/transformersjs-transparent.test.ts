import { expect, it } from "vitest";
import { exportCase } from "./export-case.js";

it("transparent pictures are laid on white in transformers.js as in training", async () => {
	const { report, errors } = await exportCase("transformersjs-transparent", ["data.size=16"]);
	expect(report.models[0]).toMatchObject({ test: { errors: 0 }, transformers: { errors: 0 } });
	expect(errors).toBe(0);
	expect(report.notices.map(({ code }) => code)).toEqual(["copies-together", "test-in-training"]);
}, 120_000);
