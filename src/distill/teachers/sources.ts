/** What a recipe's teacher consists of, as plain data: networks to train, files to ask. */
import { randomStream } from "../../random.js";
import type { Combination } from "../../tasks/combination.js";
import type { NetworkOptions } from "../networks.js";
import type { GivenTeacher, MemberOptions, TargetsTeacher, TeacherOptions } from "./options.js";

/** A model file that answers, and how. */
export type MemberSource = Omit<GivenTeacher, "family" | "trust"> & {
	/** Its share in an ensemble; only ratios count. */
	readonly weight: number;
	/** What it is called in messages and in the report; its file's path where absent. */
	readonly name?: string;
	/** What a user's options of how it is read begin with: `teacher.members.1`; absent where nobody can set them. */
	readonly option?: string;
};

/** A model file that a recipe gives, to be checked before it teaches. */
export type GivenMember = MemberSource & {
	/** Whether it teaches whatever is found. */
	readonly trust?: boolean | undefined;
};

/** Model files that answer as one. */
export interface EnsembleSource {
	readonly members: readonly MemberSource[];
	readonly combine: Combination;
}

/** What a teacher's answers are read from. */
export type TeacherSource = EnsembleSource | TargetsTeacher;

/** What is known of a teacher before a run: files that are there, and of the members that it trains that there are such. */
export type KnownTeacher =
	| { readonly members: readonly (MemberSource | "trained")[]; readonly combine: Combination }
	| TargetsTeacher;

/** A member of a teacher: a network that is yet to be trained, or a file. */
export type PlannedMember = {
	readonly weight: number;
} & ({ readonly network: NetworkOptions } | { readonly given: GivenTeacher; readonly option: string });

/** What the options of a model that a command line measures or ships begin with. */
export const modelOption = "model";

/** A model file alone: its outputs are what they turn out to be. */
export function fileSource(file: string): EnsembleSource {
	return { members: [fileMember(file)], combine: "arithmetic" };
}

/** How a model file is read, where that is not as it turns out to be. */
export type FileReading = Partial<Omit<MemberSource, "file" | "name" | "weight" | "option">>;

/** A model file as a classifier, read as it turns out to be but for what is said here. */
export function fileMember(file: string, reading: FileReading = {}): MemberSource {
	return { outputs: "auto", input: {}, ...reading, file, weight: 1, option: modelOption };
}

/**
 * Models that answer as one, each as much as the others, and read what this project's networks read.
 *
 * @param members - of files that are there, or of references to such as are yet to be made.
 */
export function together<File>(
	...members: readonly (Pick<MemberSource, "name" | "outputs"> & { readonly file: File })[]
): {
	readonly members: readonly (Pick<MemberSource, "name" | "outputs" | "input" | "weight"> & { readonly file: File })[];
	readonly combine: "arithmetic";
} {
	return { members: members.map((member) => ({ ...member, input: {}, weight: 1 })), combine: "arithmetic" };
}

/** The members of a teacher, each copy by itself; none where its targets are there already. */
export function membersOf(teacher: TeacherOptions): readonly PlannedMember[] {
	if (teacher.family === "targets") return [];
	if (teacher.family !== "ensemble") return copiesOf(teacher, copyCount(teacher), "teacher");
	const { members, weights } = teacher;
	return members.flatMap((member, k) =>
		copiesOf(member, weights?.[k] ?? copyCount(member), `teacher.members.${String(k)}`),
	);
}

/** How the members of a teacher become one. */
export function combinationOf(teacher: TeacherOptions): Combination {
	return teacher.family === "ensemble" ? teacher.combine : "arithmetic";
}

function copyCount(member: MemberOptions): number {
	return member.family === "file" ? 1 : member.copies;
}

/** @param weight - of all copies together. @param option - what its options begin with. */
function copiesOf(member: MemberOptions, weight: number, option: string): readonly PlannedMember[] {
	if (member.family === "file") return [{ given: member, weight, option }];
	const { copies, ...network } = member;
	return Array.from({ length: copies }, () => ({ network, weight: weight / copies }));
}

/** Whether a teacher teaches whatever is found of it: what is set for all, or for that member. */
export function trusts(teacher: TeacherOptions, given: GivenTeacher): boolean {
	return given.trust === true || (teacher.family === "ensemble" && teacher.trust === true);
}

/** The seed of a teacher's member: the run's own for the first, which alone is the single teacher of that seed. */
export function memberSeed(seed: number, index: number): number {
	if (index === 0) return seed;
	return randomStream(seed, "teacher/member").words(index, new Uint32Array(1))[0] ?? 0;
}
