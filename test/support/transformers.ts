/** What transformers.js itself makes of an exported folder. */
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** transformers.js, set to load folders beside `folder` and nothing from elsewhere. */
async function transformersFor(folder: string): Promise<typeof import("@huggingface/transformers")> {
	const library = await import("@huggingface/transformers");
	library.env.allowRemoteModels = false;
	library.env.localModelPath = dirname(folder);
	return library;
}

/**
 * How many pictures of class folders the `image-classification` pipeline gets wrong.
 *
 * @param grey - whether pictures are made grey before, as `image.grayscale()` does.
 */
export async function errorsInTransformers(folder: string, pictures: string, grey = false): Promise<number> {
	const { pipeline, RawImage } = await transformersFor(folder);
	const classify = await pipeline("image-classification", basename(folder), { dtype: "fp32" });
	let errors = 0;
	for (const name of await readdir(pictures)) {
		for (const file of await readdir(join(pictures, name))) {
			const image = await RawImage.read(join(pictures, name, file));
			const [best] = (await classify(grey ? image.grayscale() : image)) as { readonly label: string }[];
			if (best?.label !== name) errors++;
		}
	}
	await classify.dispose();
	return errors;
}

/** The pixels `[channels, height, width]`, 0 … 255, that the folder's image processor makes of a picture. */
export async function pixelsInTransformers(
	folder: string,
	path: string,
): Promise<{ readonly dims: readonly number[]; readonly pixels: readonly number[] }> {
	const { AutoProcessor, RawImage } = await transformersFor(folder);
	const processor = await AutoProcessor.from_pretrained(basename(folder));
	// The library's types do not say what a processor gives.
	const { pixel_values: values } = (await processor(await RawImage.read(path))) as {
		readonly pixel_values: { readonly dims: readonly number[]; readonly data: Float32Array };
	};
	return { dims: values.dims, pixels: Array.from(values.data, (value) => 255 * value) };
}
