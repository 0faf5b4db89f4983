/** Which names of folders say that the samples in them are for training, for validation or for the test. */
import { canonicalName } from "../../names.js";
import type { SplitName } from "./partition.js";

/** Words for parts. Where a word may mean several, the first that no other name has taken. */
const partWords: Readonly<Record<string, readonly SplitName[]>> = {
	train: ["train"],
	training: ["train"],
	validation: ["validation"],
	validate: ["validation"],
	valid: ["validation"],
	val: ["validation"],
	dev: ["validation"],
	test: ["test"],
	testing: ["test"],
	holdout: ["test", "validation"],
	eval: ["test", "validation"],
	evaluation: ["test", "validation"],
};

/** Words that say nothing of what the samples are: `train_images` is a part, `train_station` is not. */
const neutralWords: ReadonlySet<string> = new Set(
	(
		"a all aug augmented clean cropped data dataset dir example examples file files final folder full " +
		"image images img imgs jpeg jpg large mini new original part photos pic pics picture pictures png raw resized " +
		"sample samples seg set sets small split the"
	).split(" "),
);

const joined = new RegExp(`^(${Object.keys(partWords).join("|")})(?:set|sets|data|dataset|images|imgs|img|split)$`);

/** The words of a name in lower case, without numbers. */
function wordsOf(name: string): readonly string[] {
	return canonicalName(name)
		.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
		.toLowerCase()
		.replace(/hold[\s_.-]*out/, "holdout")
		.split(/[^\p{L}\p{M}]+/u)
		.filter((word) => word !== "");
}

interface Candidate {
	readonly name: string;
	readonly parts: readonly SplitName[];
	/** What is in the name beside the word for a part. */
	readonly rest: string;
	readonly neutral: boolean;
}

function candidateOf(name: string): Candidate | undefined {
	const words = wordsOf(name);
	const parts = words.map((word) => partWords[joined.exec(word)?.[1] ?? word]);
	const [found, ...more] = parts.filter((one) => one !== undefined);
	if (found === undefined || more.length > 0) return undefined;
	const rest = words.filter((_, i) => parts[i] === undefined);
	return { name, parts: found, rest: rest.join(" "), neutral: rest.every((word) => neutralWords.has(word)) };
}

/**
 * The names that are names of parts, such as `train`, `Test`, `training_set`, `seg_test` or `val2017`: a word for a part,
 * and beside it nothing, words that say nothing, or what the name of another part has as well (`signs_train` beside
 * `signs_test`).
 */
export function partsAmong(names: readonly string[]): ReadonlyMap<string, SplitName> {
	const candidates = names.flatMap((name) => candidateOf(name) ?? []);
	const known = candidates.filter(
		({ parts, rest, neutral }) =>
			neutral || candidates.some((other) => other.rest === rest && other.parts[0] !== parts[0]),
	);
	const found = new Map<string, SplitName>();
	for (const { name, parts } of known.toSorted((a, b) => a.parts.length - b.parts.length)) {
		const taken = new Set(found.values());
		const part = parts.find((one) => !taken.has(one)) ?? parts[0];
		if (part !== undefined) found.set(name, part);
	}
	return found;
}

/** The names that the manual has, of which nothing need be said. */
export function isPlainPart(name: string): boolean {
	return ["train", "validation", "valid", "val", "test"].includes(name);
}
