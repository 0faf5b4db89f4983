import { expect, it } from "vitest";
import { exportCase } from "./export-case.js";

it("a grey model is as right in transformers.js as on its card, with image.grayscale() and without", async () => {
	const settings = ["data.channels=1", "data.size=16"];
	const { report, card, errors, greyErrors } = await exportCase("transformersjs-grey", settings);
	const [float32] = report.models;
	expect(float32?.test.accuracy).toBeGreaterThan(0.85);
	expect([float32?.transformers?.errors, errors, greyErrors]).toEqual(Array(3).fill(float32?.test.errors));
	// How near chance it is on seven validation samples is a matter of rounding.
	const codes = report.notices.map(({ code }) => code).filter((code) => code !== "near-chance");
	expect(codes).toEqual(["copies-together", "test-in-training"]);
	expect(card).toContain("accuracy in transformers.js");
}, 120_000);
