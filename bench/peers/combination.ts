import { readFileSync } from "node:fs";
import { join } from "node:path";
import { combine, type SpecialistAnswer } from "../../dist/specialists/combination.js";
import type { Trainer } from "../serve.js";
import type { CombinationTask } from "../specialists.js";

/** Limbeck's combination, case by case in one thread; a step is all cases. */
export function prepare({ folder, cases, classes, size, mostActive }: CombinationTask): Promise<Trainer> {
	const bytes = (name: string): ArrayBuffer => new Uint8Array(readFileSync(join(folder, name))).buffer;
	const generalist = new Float32Array(bytes("generalist"));
	const members = Array.from(new BigInt64Array(bytes("members")), Number);
	const answers = new Float32Array(bytes("answers"));
	const active = Array.from(new BigInt64Array(bytes("active")), Number);
	const given = active.map((count, i) =>
		Array.from({ length: count }, (_, slot): SpecialistAnswer => {
			const at = i * mostActive + slot;
			return {
				classes: members.slice(at * size, (at + 1) * size),
				probabilities: answers.subarray(at * (size + 1), (at + 1) * (size + 1)),
			};
		}),
	);
	return Promise.resolve({
		about: "EM over groups, float64, 1 thread",
		run(steps: number) {
			let last = 0;
			for (let step = 0; step < steps; step++) {
				for (let i = 0; i < cases; i++) {
					const q = combine("kl", generalist.subarray(i * classes, (i + 1) * classes), given[i] ?? []);
					last = q[0] ?? Number.NaN;
				}
			}
			return Promise.resolve(last);
		},
	});
}
