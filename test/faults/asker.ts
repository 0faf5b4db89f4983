/** A process that asks a store and a teacher's answers for the same things as others do at the same time. */
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canonicalHash } from "../../src/canonical.js";
import { openStore } from "../../src/store/open-store.js";
import { openTargets } from "../../src/targets/store.js";

/** Where everything is, and how often it is asked. */
const [folder = "", rounds = "0"] = process.argv.slice(2);
const [count, classes] = [64, 10];
const log = (what: string): Promise<void> => appendFile(join(folder, "done"), `${what}\n`);
const store = openStore(join(folder, "store"));

async function askStore(round: number): Promise<void> {
	const about = { round };
	const { entry } = await store.obtain({
		about,
		key: canonicalHash(about),
		async run(output) {
			await log(`work ${String(round)}`);
			await writeFile(join(output, "file"), String(round).repeat(1000));
			return round;
		},
	});
	const text = await readFile(await store.pathOf(entry.key, "file"), "utf8");
	if (entry.result !== round || text !== String(round).repeat(1000)) await log(`bad read of entry ${String(round)}`);
}

async function askTeacher(round: number): Promise<void> {
	const targets = await openTargets({
		folder: join(folder, "targets"),
		teacher: round,
		handling: null,
		views: { transforms: [] },
		data: { fingerprint: "f", split: "train" },
		precision: "float32",
		count,
		classes,
		viewCount: 1,
		async ask(_, first, length) {
			await log(`answers ${String(round)}`);
			return Float32Array.from({ length: length * classes }, (_, i) => round + first * classes + i);
		},
	});
	const out = new Float32Array(classes * count);
	const ids = Uint32Array.from({ length: count }, (_, i) => i);
	targets.read(ids, undefined, out);
	targets.close();
	if (!out.every((value, i) => value === round + i)) await log(`bad read of answers ${String(round)}`);
}

for (let round = 0; round < Number(rounds); round++) {
	await askStore(round);
	await askTeacher(round);
}
