/** Checkpoints in a folder: whole files or none, the newest that is undamaged wins. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileError, isMissing, writeFileAtomic } from "../files.js";
import { type Checkpoints, decodeCheckpoint, encodeCheckpoint } from "../train/checkpoint/checkpoint.js";

/** Checkpoints that are kept, the newest ones: one more than is needed, in case it is damaged. */
const kept = 2;

/** Those that are there at once: the oldest is removed when the newest is whole. */
export const mostCheckpoints = kept + 1;

/** `step-00000120-<SHA-256 of the content>.safetensors` */
const pattern = /^step-(\d{8,})-([0-9a-f]{64})\.safetensors$/;

interface Named {
	readonly name: string;
	readonly step: number;
	readonly sha256: string;
}

/**
 * Checkpoints in `folder`, which is made with the first. Each file's name holds the hash of its content, so that damage
 * of any kind is seen before anything is read from it.
 *
 * @param warn - hears of each damaged file that was passed over.
 */
export function checkpointFolder(folder: string, warn: (message: string) => void): Checkpoints {
	return {
		async newest() {
			for (const { name, sha256 } of await filesOf(folder)) {
				const path = join(folder, name);
				const bytes = await readFile(path).catch((error: unknown) => {
					throw fileError(error, path);
				});
				if (hashOf(bytes) === sha256) return decodeCheckpoint(bytes, path);
				warn(`${path} is damaged: its content is not what was written. The checkpoint before it is used.`);
			}
			return undefined;
		},
		async save(checkpoint) {
			const bytes = encodeCheckpoint(checkpoint);
			const name = `step-${String(checkpoint.step).padStart(8, "0")}-${hashOf(bytes)}.safetensors`;
			try {
				await mkdir(folder, { recursive: true });
				await writeFileAtomic(join(folder, name), bytes);
				const old = (await filesOf(folder)).slice(kept);
				await Promise.all(old.map((one) => rm(join(folder, one.name), { force: true })));
			} catch (error) {
				throw fileError(error, folder);
			}
		},
	};
}

/** The checkpoints in a folder, the newest first; none where there is no folder. */
async function filesOf(folder: string): Promise<readonly Named[]> {
	const names = await readdir(folder).catch((error: unknown) => {
		if (isMissing(error)) return [];
		throw fileError(error, folder);
	});
	const files = names.flatMap((name) => {
		const [, step, sha256] = pattern.exec(name) ?? [];
		return step === undefined || sha256 === undefined ? [] : [{ name, step: Number(step), sha256 }];
	});
	return files.sort((a, b) => b.step - a.step);
}

function hashOf(bytes: Uint8Array): string {
	return createHash("sha256").update(bytes).digest("hex");
}
