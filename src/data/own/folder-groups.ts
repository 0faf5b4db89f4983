/** Groups of pictures: by a level of folders below those of the classes, or by what a pattern finds in their paths. */
import { relative, sep } from "node:path";
import { LimbeckError } from "../../errors.js";
import { canonicalName } from "../../names.js";
import { shortList } from "./classes.js";
import type { ImageList } from "./folder-files.js";
import { groupText } from "./groups.js";
import { collectTexts, type Labels } from "./source.js";

/**
 * The group of each picture.
 *
 * @param group - a level of folders below that of the class, from 1 on; or a regular expression for the path below it,
 * with `/` between names: what its first parentheses find, or else all that it finds.
 * @throws LimbeckError `usage` for what is no regular expression; `data` for pictures that have no group.
 */
export function folderGroups({ where, images }: ImageList, group: number | string): Labels {
	const groupOf = typeof group === "number" ? folderAt(group) : foundBy(group);
	const collector = collectTexts();
	const without: string[] = [];
	for (const { path, below } of images) {
		const names = relative(below, path).split(sep);
		const found = groupOf(names);
		if (found === undefined) without.push(path);
		else collector.add(groupText(found, () => path));
	}
	if (without.length === 0) return collector.finish();
	throw new LimbeckError("data", {
		where: `${where}: data.group`,
		expected: typeof group === "number" ? `${String(group)} folders below each class` : `a path that ${group} fits`,
		got: `${String(without.length)} pictures without: ${shortList(without, 3)}`,
		hint: "Put them into folders of their groups, or choose another level or pattern.",
	});
}

const folderAt =
	(level: number) =>
	(names: readonly string[]): string | undefined =>
		level < names.length ? names[level - 1] : undefined;

function foundBy(pattern: string): (names: readonly string[]) => string | undefined {
	let expression: RegExp;
	try {
		expression = new RegExp(pattern, "u");
	} catch (error) {
		throw new LimbeckError("usage", {
			where: "data.group",
			expected: "a regular expression, or the number of a level of folders",
			got: `${JSON.stringify(pattern)} (${error instanceof Error ? error.message : String(error)})`,
		});
	}
	return (names) => {
		const found = expression.exec(canonicalName(names.join("/")));
		return found?.[1] ?? found?.[0];
	};
}
