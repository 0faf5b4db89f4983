/** Cases of exported folders: trained and exported by the command line, then judged by transformers.js itself. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { ExportReport } from "../../src/deploy/report.js";
import { errorsInTransformers } from "../support/transformers.js";
import { caseFolder, runIn } from "./case.js";

/** What came of a case. */
export interface ExportedCase {
	readonly report: ExportReport;
	readonly card: string;
	/** Errors of the float32 model in transformers.js itself, on pictures as they are. */
	readonly errors: number;
	/** The same after `image.grayscale()`. */
	readonly greyErrors: number;
}

/** Trains a network on a case's pictures, exports it, and asks transformers.js about the test pictures. */
export async function exportCase(name: string, settings: readonly string[], epochs = 80): Promise<ExportedCase> {
	const folder = await caseFolder(name);
	const set = (values: readonly string[]): readonly string[] => values.flatMap((value) => ["--set", value]);
	const data = ["--data", "pictures", "--threads", "1", ...set(settings)];
	const network = ["--model", "mlp:32", "--epochs", String(epochs), "--batch", "8", ...set(["network.jitter=0"])];
	const env = { LIMBECK_STORE: join(folder, "store"), XDG_CACHE_HOME: join(folder, "cache") };
	const trained = await runIn(folder, ["train", ...data, ...network, "--quiet", "--out", "out"], env);
	expect(trained.code, trained.stderr).toBe(0);
	const exported = await runIn(folder, ["export", "out", ...data, "--to", "model", "--json"], env);
	expect(exported.code, exported.stderr).toBe(0);
	const [model, pictures] = [join(folder, "model"), join(folder, "pictures", "test")];
	return {
		report: JSON.parse(exported.stdout) as ExportReport,
		card: await readFile(join(model, "README.md"), "utf8"),
		errors: await errorsInTransformers(model, pictures),
		greyErrors: await errorsInTransformers(model, pictures, true),
	};
}
