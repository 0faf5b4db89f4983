/** The teachers that a recipe may name. */
import { z } from "zod";
import { choiceOf, extended } from "../../choices.js";
import { isRecord } from "../../options.js";
import type { FileTeacherOptions, MemberChoice, TargetsTeacherOptions, TeacherChoice } from "../../recipe-types.js";
import { combinationOption } from "../../tasks/combination.js";
import { outputsOption } from "../../train/outputs.js";
import { inputOptions } from "../../train/preprocess.js";
import type { Fitted } from "../data-fit.js";
import { familyNetworks, file, ofFile, parseNetworkSpec, withFamily } from "../networks.js";

const mostMembers = 1000;

const copies = z
	.int()
	.min(1)
	.max(mostMembers)
	.default(1)
	.describe("how many such networks are trained, from different seeds, to teach together");

/** Every model family, as often as wanted. */
const trainedTeachers = familyNetworks.map((network) => extended(network, { copies }));

const trust = z
	.boolean()
	.optional()
	.describe("whether it teaches although the labels of training samples say that it knows nothing of them");

/** Which outputs are the data's classes. */
const order = {
	classes: z
		.array(z.string())
		.min(2)
		.optional()
		.describe("names of the outputs in the teacher's order; as its file says (limbeck.classes) where left out"),
	select: z
		.array(z.int().min(0))
		.min(2)
		.optional()
		.describe("indices of the outputs that are the classes, in the data's order"),
};

/** How a model file is read. @internal */
export const readingShape = {
	outputs: outputsOption,
	output: z
		.string()
		.min(1)
		.optional()
		.describe("name of the model's output that gives the classes; the only one that fits where left out"),
	input: inputOptions.prefault({}),
	...order,
};

/** A model that is used as it is. */
const givenTeacher = z.strictObject({ family: ofFile, file, ...readingShape, trust });

/** A teacher that may be one of several. @internal */
export const memberOptions = choiceOf("family", [...trainedTeachers, givenTeacher]);

const ensembleTeacher = z
	.strictObject({
		family: z.literal("ensemble").describe("several teachers that answer as one"),
		members: z.array(memberOptions).min(1).max(mostMembers).describe("networks to train, or files"),
		combine: combinationOption,
		weights: z
			.array(z.number().gt(0))
			.optional()
			.describe("a weight for each entry of members, which its copies share; equal for all teachers where left out"),
		trust,
	})
	.refine(({ members, weights }) => weights === undefined || weights.length === members.length, {
		path: ["weights"],
		message: "as many weights as members",
	});

const targetsTeacher = z.strictObject({
	family: z.literal("targets").describe("soft targets in a file; may be left out beside a `file` of that kind"),
	file: z
		.string()
		.min(1)
		.describe("an .npz, .parquet or .jsonl file with a row for each training sample, in order or with ids"),
	outputs: outputsOption,
	remaining: z
		.enum(["spread", "drop"])
		.default("spread")
		.describe("of top-k targets, the mass that they leave: spread over the other classes, or left out"),
	...order,
	trust,
});

/** What teaches: a network that is trained, a file that is used as it is, several of them, or soft targets in a file. @internal */
export const teacherOptions = choiceOf("family", [...trainedTeachers, givenTeacher, ensembleTeacher, targetsTeacher]);

/** A teacher: networks and how they are trained, files, or targets. */
export type TeacherOptions = Fitted<TeacherChoice>;

/** A teacher that may be one of several. */
export type MemberOptions = Fitted<MemberChoice>;

/** A model file as a teacher. */
export type GivenTeacher = FileTeacherOptions;

/** A file of soft targets as a teacher. */
export type TargetsTeacher = TargetsTeacherOptions;

const targetFile = /\.(?:npz|parquet|jsonl)$/;

/** A teacher as written, with the family that a file goes without, its own and its members'. */
export function withTeacherFamily(teacher: unknown): unknown {
	if (!isRecord(teacher)) return teacher;
	const { file: path, members } = teacher;
	if (Array.isArray(members)) return { ...teacher, members: members.map(withFamily) };
	if (typeof path === "string" && targetFile.test(path)) return { family: "targets", ...teacher };
	return withFamily(teacher);
}

/**
 * A teacher in short, as the command line takes it: a network, or a file of soft targets.
 *
 * @throws LimbeckError (`usage`) as `parseNetworkSpec` does.
 */
export function parseTeacherSpec(spec: string, where: string): Readonly<Record<string, unknown>> {
	return targetFile.test(spec) ? { family: "targets", file: spec } : parseNetworkSpec(spec, where);
}
