/** The classes of specialists as a step leaves them, and steps after it find them. */
import { z } from "zod";
import { readText, writeFileAtomic } from "../../files.js";
import { parsedJson, parseOptions } from "../../options.js";

const shape = z.strictObject({
	schema: z.literal(1),
	classes: z.array(z.string()).min(3).describe("the names of all classes"),
	specialists: z
		.array(z.array(z.int().min(0)).min(1))
		.min(1)
		.describe("the classes of each specialist"),
});

/** The classes of specialists, and the names of all classes. */
export type Clusters = Omit<z.infer<typeof shape>, "schema">;

/** The file that a choice of classes leaves. */
export const clustersFile = "clusters.json";

/** Writes them, whole or not at all. */
export async function writeClusters(path: string, clusters: Clusters): Promise<void> {
	await writeFileAtomic(path, `${JSON.stringify({ schema: 1, ...clusters }, undefined, "\t")}\n`);
}

/**
 * Reads them.
 *
 * @throws LimbeckError (`file`, `usage`) for a file that cannot be read, or is none of ours.
 */
export async function readClusters(path: string): Promise<Clusters> {
	const text = await readText(path);
	const { classes, specialists } = parseOptions(shape, parsedJson(text), path);
	return { classes, specialists };
}
