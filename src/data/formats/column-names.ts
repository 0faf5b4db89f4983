import { LimbeckError } from "../../errors.js";
import { comparedName, quotedName } from "../../names.js";

/**
 * The names of a table's columns as they are compared; a column without a name is called `Unnamed: 0` by its place, as pandas
 * does.
 *
 * @throws LimbeckError `data` where two columns share a name.
 */
export function columnNames(written: readonly string[], where: string, hint: string): readonly string[] {
	const names = written.map((name, at) => comparedName(name) || `Unnamed: ${String(at)}`);
	const twice = names.find((name, at) => names.indexOf(name) !== at);
	if (twice === undefined) return names;
	const spellings = [...new Set(written.filter((_, at) => names[at] === twice))];
	const got = spellings.map((name) => quotedName(name, spellings)).join(" and ");
	throw new LimbeckError("data", {
		where,
		expected: "a name of its own for every column",
		got: spellings.length === 1 ? `${got} twice` : `${got}, which differ in spaces or Unicode form alone`,
		hint,
	});
}
