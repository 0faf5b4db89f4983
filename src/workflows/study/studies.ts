/** Every study. */
import { z } from "zod";
import { LimbeckError } from "../../errors.js";
import { isRecord, type JsonSchema, parseOptions, shown } from "../../options.js";
import type { StudyRecipe } from "../../recipe-types.js";
import { changedRecipe } from "../recipe-fields.js";
import { boostingStudy } from "./boosting.js";
import { mnistStudy } from "./mnist.js";
import { noveltyStudy } from "./novelty.js";
import { omittedClassStudy } from "./omitted-class.js";
import { paretoStudy } from "./pareto.js";
import { regularizerStudy } from "./regularizer.js";
import { shallowStudy } from "./shallow.js";
import type { Study } from "./study.js";
import { temperatureStudy } from "./temperature.js";

/** The studies by name. @internal */
export const studies = {
	mnist: mnistStudy,
	temperature: temperatureStudy,
	"omitted-class": omittedClassStudy,
	regularizer: regularizerStudy,
	shallow: shallowStudy,
	boosting: boostingStudy,
	novelty: noveltyStudy,
	pareto: paretoStudy,
} as const;

export type { StudyRecipe } from "../../recipe-types.js";

/** The name of a study. */
export type StudyName = StudyRecipe["name"];

/** The entry of a study, with its own types forgotten: the recipe's name decides which it is. */
export function studyOf(name: StudyName): Study<z.ZodType<StudyRecipe>> {
	return studies[name];
}

/**
 * Checks the recipe of a study and fills in the defaults.
 *
 * @param settings - changes to it, such as `widths=[30,300]`; see `applySettings`.
 * @throws LimbeckError (`usage`) with the path of every field that is wrong.
 */
export function parseStudyRecipe(input: unknown, where = "recipe", settings: readonly string[] = []): StudyRecipe {
	const name = nameOf(input, where);
	return parseOptions(studyOf(name).options, changedRecipe(studies[name].options, input, settings), where);
}

/**
 * The JSON schema of the recipe of the study that it names.
 *
 * @throws LimbeckError (`usage`) where it names none.
 */
export function studySchema(input: unknown): JsonSchema {
	return z.toJSONSchema(studyOf(nameOf(input, "recipe")).options, { io: "input" });
}

function nameOf(input: unknown, where: string): StudyName {
	const name = isRecord(input) ? input["name"] : undefined;
	if (typeof name === "string" && isStudy(name)) return name;
	const [expected, got] = [`one of ${Object.keys(studies).join(", ")}`, shown(name)];
	throw new LimbeckError("usage", { where: `${where}: name`, expected, got });
}

function isStudy(name: string): name is StudyName {
	return Object.hasOwn(studies, name);
}
