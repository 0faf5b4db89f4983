/** The store of a teacher's answers: a folder for each key, and in it a file for each view. */
import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { LimbeckError } from "../errors.js";
import { hold } from "../locks.js";
import type { Header } from "./format.js";
import { keyFields, targetKey } from "./key.js";
import { type RowCodec, rowCodec } from "./rows.js";
import { blockSamplesOf } from "./size.js";
import type { TargetCost, Targets, TargetsRequest } from "./targets.js";
import { openViewFile, type ViewFile } from "./view-file.js";
import { openWriter } from "./writer.js";

/** Files of up to so many bytes together are held in memory. */
const mostHeld = 2 ** 28;

/** Where views of a key lie. */
const viewPath = (folder: string, key: string, view: number): string =>
	join(folder, key, `view-${String(view)}.targets`);

/**
 * Opens stored answers. The teacher is asked about the views that are not there, each of which appears as a whole file
 * when it is done; one that was stopped goes on after its last whole block. Of several processes that ask for the same
 * view one asks the teacher and the others wait.
 *
 * @throws LimbeckError `usage` for a top-k that is none, `model` for answers that are not finite or cannot be kept,
 * `data` for a damaged file, `file` or `disk-full` if the folder cannot be used, and what `ask` throws.
 */
export async function openTargets(request: TargetsRequest): Promise<Targets> {
	const { folder, classes, count, viewCount, topK, memory = mostHeld } = request;
	if (topK !== undefined && topK >= classes) {
		throw new LimbeckError("usage", {
			where: "topK",
			expected: `fewer than the ${String(classes)} classes`,
			got: String(topK),
			hint: "Leave it out to keep every logit.",
		});
	}
	const key = targetKey(request, request);
	const codec = rowCodec(request, classes);
	const files: ViewFile[] = [];
	const close = (): void => {
		for (const file of files.splice(0)) file.close();
	};
	let asked = 0;
	try {
		for (let view = 0; view < viewCount; view++) {
			const path = viewPath(folder, key, view);
			const header = headerOf(request, key, view, codec);
			if (!(await exists(path))) asked += await makeOnce(path, () => makeView(path, header, codec, request));
			files.push(openViewFile(path, header, codec));
		}
		const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
		if (bytes <= memory) for (const file of files) file.load();
		const read = reader(files, count, classes);
		return { key, kind: codec.kind, asked, bytes, cost: costOf(files), read, close };
	} catch (error) {
		close();
		throw error;
	}
}

function headerOf(request: TargetsRequest, key: string, view: number, { rowBytes }: RowCodec): Header {
	const { count, classes, temperature = 1 } = request;
	const blockSamples = blockSamplesOf(rowBytes);
	return { key, view, count, classes, rowBytes, blockSamples, temperature, fields: keyFields(request, request) };
}

/** Makes a view, unless another process does or did. @returns the number of samples asked about. */
async function makeOnce(path: string, make: () => Promise<number>): Promise<number> {
	const release = await hold(dirname(path), basename(path), () => exists(path));
	try {
		return (await exists(path)) ? 0 : await make();
	} finally {
		await release?.();
	}
}

/** Asks the teacher about what is missing of one view. @returns the number of samples. */
async function makeView(path: string, header: Header, codec: RowCodec, request: TargetsRequest): Promise<number> {
	const { count, classes, batch = 1000, ask } = request;
	const writer = await openWriter(path, header, codec);
	try {
		const first = writer.done();
		while (writer.done() < count) {
			const next = Math.min(batch, count - writer.done());
			const logits = await ask(header.view, writer.done(), next);
			if (logits.length !== next * classes) throw wrongAnswer(next * classes, logits.length);
			await writer.append(logits);
		}
		await writer.finish();
		return count - first;
	} finally {
		await writer.close();
	}
}

function wrongAnswer(expected: number, got: number): LimbeckError {
	const where = "teacher's answer";
	return new LimbeckError("model", { where, expected: `${String(expected)} logits`, got: String(got) });
}

function reader(files: readonly ViewFile[], count: number, classes: number): Targets["read"] {
	const fail = (expected: string, got: number): never => {
		throw new LimbeckError("usage", { where: "reading targets", expected, got: String(got) });
	};
	return (ids, views, out) => {
		if (out.length !== ids.length * classes) fail(`room for ${String(ids.length * classes)} values`, out.length);
		for (let i = 0; i < ids.length; i++) {
			const [id, view] = [ids[i] ?? 0, views === undefined ? 0 : (views[i] ?? files.length)];
			const file = files[view] ?? fail(`views below ${String(files.length)}`, view);
			if (id >= count) fail(`samples below ${String(count)}`, id);
			file.read(id, out, i * classes);
		}
	};
}

/** Of all views together; where they were measured at different temperatures, at the first one's. */
function costOf(files: readonly ViewFile[]): readonly TargetCost[] {
	const [first] = files;
	return (first?.cost ?? []).map(({ temperature }) => {
		const same = files.flatMap(({ cost }) => cost.filter((one) => one.temperature === temperature));
		const mean = same.reduce((sum, one) => sum + one.mean, 0) / same.length;
		return { temperature, mean, max: Math.max(...same.map(({ max }) => max)) };
	});
}

async function exists(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		() => false,
	);
}
