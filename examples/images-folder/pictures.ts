import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { dataSets } from "limbeck/node";
import sharp from "sharp";

/** Writes some thousand digits as PNG files, a folder for each class. */
export async function writePictures(folder: string): Promise<string> {
	const { train, classes } = await dataSets.digits.load({});
	const { samples, labels } = train;
	if (samples.kind !== "memory" || samples.type !== "uint8") throw new TypeError("expected digits as bytes in memory");
	await rm(folder, { recursive: true, force: true });
	for (const name of classes) await mkdir(join(folder, name), { recursive: true });
	for (const [k, label] of labels.entries()) {
		if (k % 2 === 1) continue;
		const pixels = samples.data.subarray(k * 784, (k + 1) * 784);
		const raw = { width: 28, height: 28, channels: 1 } as const;
		await sharp(pixels, { raw })
			.png()
			.toFile(join(folder, classes[label] ?? "", `${k}.png`));
	}
	return folder;
}
