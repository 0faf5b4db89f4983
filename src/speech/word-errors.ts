/** Word error rate. */

/** How what was recognised differs from what was said. */
export interface WordErrors {
	/** Words said. */
	readonly words: number;
	readonly substitutions: number;
	readonly deletions: number;
	readonly insertions: number;
}

/** The fewest changes that make one list of words the other (Levenshtein 1966); substitutions where there is a choice. */
export function wordErrors<Word>(said: readonly Word[], heard: readonly Word[]): WordErrors {
	const none: Changes = { substitutions: 0, deletions: 0, insertions: 0 };
	let row: Changes[] = [none];
	for (let j = 0; j < heard.length; j++) row.push({ ...none, insertions: j + 1 });
	for (const [i, word] of said.entries()) {
		const next: Changes[] = [{ ...none, deletions: i + 1 }];
		for (const [j, other] of heard.entries()) {
			const [diagonal = none, above = none, left = none] = [row[j], row[j + 1], next[j]];
			next.push(
				fewest([
					word === other ? diagonal : { ...diagonal, substitutions: diagonal.substitutions + 1 },
					{ ...above, deletions: above.deletions + 1 },
					{ ...left, insertions: left.insertions + 1 },
				]),
			);
		}
		row = next;
	}
	return { words: said.length, ...(row.at(-1) ?? none) };
}

type Changes = Omit<WordErrors, "words">;

const countOf = ({ substitutions, deletions, insertions }: Changes): number => substitutions + deletions + insertions;

const fewest = (all: readonly [Changes, ...Changes[]]): Changes =>
	all.reduce((best, one) => (countOf(one) < countOf(best) ? one : best));

/** The errors of many utterances together. */
export function sumWordErrors(all: readonly WordErrors[]): WordErrors {
	const sum = (field: keyof WordErrors): number => all.reduce((total, one) => total + one[field], 0);
	return {
		words: sum("words"),
		substitutions: sum("substitutions"),
		deletions: sum("deletions"),
		insertions: sum("insertions"),
	};
}

/** Errors a word said: above 1 where more is wrong than was said. */
export const wordErrorRate = (errors: WordErrors): number => countOf(errors) / errors.words;
