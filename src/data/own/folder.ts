import { availableParallelism } from "node:os";
import { LimbeckError } from "../../errors.js";
import { createImageDecoder } from "../formats/image.js";
import type { ImageDecoder } from "../formats/image-format.js";
import type { OptionsOf } from "../options.js";
import type { Sources } from "./build.js";
import { ownDataSet } from "./entry.js";
import { type FolderLists, type ImageList, listFolder } from "./folder-files.js";
import { folderGroups } from "./folder-groups.js";
import { looksOfFolder } from "./folder-looks.js";
import { splitNames } from "./partition.js";
import { type Block, noLabels, type Source } from "./source.js";

/** A folder of pictures for each class. */
export const [folder, loadFolderTest] = ownDataSet<OptionsOf<"folder">>({
	title: "your pictures: a folder of them for each class, or one without classes",
	async fromPath(path) {
		const looks = await looksOfFolder(path);
		if (looks === undefined) return undefined;
		return { directory: path, ...(looks === "unlabelled" ? { unlabelled: true } : {}) };
	},
	async find(options) {
		const { lists, notices } = await listFolder(options);
		const files = splitNames.flatMap((name) => lists[name]?.images.map(({ path }) => path) ?? []);
		const open = async (): Promise<Sources> => openLists(lists, options, await createImageDecoder(options));
		return { files, slow: true, notices, open };
	},
});

type FolderOptions = Pick<OptionsOf<"folder">, "size" | "channels" | "skipBroken" | "group">;

function openLists({ train, validation, test }: FolderLists, options: FolderOptions, decoder: ImageDecoder): Sources {
	return {
		// Read first: what it says of pictures is of all.
		train: {
			...imageSource(train, options, decoder),
			notices: () => decoder.notices(),
			pixelScale: () => decoder.pixelScale(),
		},
		...(validation === undefined ? {} : { validation: imageSource(validation, options, decoder) }),
		...(test === undefined ? {} : { test: imageSource(test, options, decoder) }),
	};
}

function imageSource(
	list: ImageList,
	{ size, channels, skipBroken, group }: FolderOptions,
	decoder: ImageDecoder,
): Source {
	const { where, classes, images } = list;
	let skipped = 0;
	const decoded = async ({ path }: ImageList["images"][number]): Promise<Uint8Array | undefined> => {
		try {
			return await decoder.decode(path);
		} catch (error) {
			if (!skipBroken || !(error instanceof LimbeckError) || error.category !== "data") throw error;
			skipped++;
			return undefined;
		}
	};
	return {
		where,
		type: "uint8",
		sampleShape: [channels, size, size],
		...(classes === undefined ? {} : { classes }),
		labels: () =>
			Promise.resolve(
				classes === undefined
					? noLabels(images.length)
					: { ids: Int32Array.from(images, ({ label }) => label), values: classes },
			),
		...(group === undefined ? {} : { groups: () => Promise.resolve(folderGroups(list, group)) }),
		async *blocks(trains): AsyncGenerator<Block, void, undefined> {
			await decoder.survey(images.flatMap(({ path }, row) => (trains(row) ? [path] : [])));
			let first = 0;
			skipped = 0;
			for await (const data of inOrder(images, 2 * availableParallelism(), decoded)) {
				if (data !== undefined) yield { first, data };
				first++;
			}
		},
		placeOf: (row) => Promise.resolve(images[row]?.path ?? where),
		skipped: () => skipped,
		close: () => undefined,
	};
}

/** The results of `work`, in the items' order, with at most `most` of them on their way at a time. */
async function* inOrder<Item, Result>(
	items: readonly Item[],
	most: number,
	work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
	const waiting: Promise<Result>[] = [];
	for (let next = 0; next < items.length || waiting.length > 0; ) {
		for (const item of items.slice(next, next + most - waiting.length)) {
			const result = work(item);
			result.catch(() => undefined); // It is awaited in its turn, if an earlier one does not fail.
			waiting.push(result);
			next++;
		}
		const oldest = waiting.shift();
		if (oldest !== undefined) yield await oldest;
	}
}
