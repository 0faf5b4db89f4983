/** The generated types of recipes say what the schemas say, no less and no more. `tsc` checks the first half of it. */
import { readFile } from "node:fs/promises";
import { expect, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import { recipeTypes, typesFile } from "../../scripts/recipe-types.js";
import type { dataOptions } from "../../src/data/options.js";
import type { networkOptions } from "../../src/distill/networks.js";
import type { memberOptions, teacherOptions } from "../../src/distill/teachers/options.js";
import type { distillationOptions } from "../../src/losses/index.js";
import type { partOptions } from "../../src/losses/mixture.js";
import type { Written } from "../../src/options.js";
import type * as types from "../../src/recipe-types.js";
import type { distillOptions } from "../../src/workflows/distill/recipe.js";
import type { specializeOptions } from "../../src/workflows/specialize/recipe.js";
import type { speechRecipeOptions } from "../../src/workflows/speech/recipe.js";
import type { studies } from "../../src/workflows/study/studies.js";
import type { trainRecipeOptions } from "../../src/workflows/train/recipe.js";

/** What recipes take by a schema. */
type In<Schema extends z.ZodType> = Written<z.input<Schema>>;

/** The same where fields hold what may go without its family as well. */
type With<Recipe, Fields> = Omit<Recipe, keyof Fields> & Partial<Fields>;

/** With no field optional: an optional one that is missing fits as well. */
type Whole<T> = T extends object ? { readonly [Field in keyof T]-?: Whole<T[Field]> } : T;

/** Whether each of two types takes what the other takes, with the same fields. */
type Same<A, B> = [A, B, Whole<A>, Whole<B>] extends [B, A, Whole<B>, Whole<A>] ? true : false;

type Unnamed<Choice, Family> = Choice | (Choice extends { readonly family: Family } ? Omit<Choice, "family"> : never);

type StudySchemas = (typeof studies)[keyof typeof studies]["options"];

test("what recipes take is what their schemas take", () => {
	expectTypeOf<Same<types.DataInput, In<typeof dataOptions>>>().toEqualTypeOf<true>();
	expectTypeOf<Same<types.ObjectiveInput, In<typeof distillationOptions>>>().toEqualTypeOf<true>();
	expectTypeOf<Same<types.ObjectivePartInput, In<typeof partOptions>>>().toEqualTypeOf<true>();

	type Network = Unnamed<In<typeof networkOptions>, "file">;
	expectTypeOf<Same<types.NetworkInput, Network>>().toEqualTypeOf<true>();
	type Member = Unnamed<In<typeof memberOptions>, "file">;
	expectTypeOf<Same<types.MemberInput, Member>>().toEqualTypeOf<true>();
	type Named = In<typeof teacherOptions>;
	type Ensemble = Omit<Extract<Named, { readonly family: "ensemble" }>, "members"> & {
		readonly members: readonly Member[];
	};
	type Teacher = Unnamed<Exclude<Named, { readonly family: "ensemble" }>, "file" | "targets"> | Ensemble;
	expectTypeOf<Same<types.TeacherInput, Teacher>>().toEqualTypeOf<true>();

	interface Networks {
		readonly teacher: types.TeacherInput | undefined;
		readonly student: types.NetworkInput | undefined;
		readonly chain: readonly types.NetworkInput[] | undefined;
	}
	type Recipe = With<In<typeof distillOptions>, Networks>;
	expectTypeOf<Same<types.RecipeInput, Recipe>>().toEqualTypeOf<true>();
	type Train = With<In<typeof trainRecipeOptions>, { readonly network: types.NetworkInput | undefined }>;
	expectTypeOf<Same<types.TrainRecipeInput, Train>>().toEqualTypeOf<true>();
	type Specialize = With<In<typeof specializeOptions>, { readonly generalist: types.NetworkInput | undefined }>;
	expectTypeOf<Same<types.SpecializeRecipeInput, Specialize>>().toEqualTypeOf<true>();
	expectTypeOf<Same<types.SpeechRecipeInput, In<typeof speechRecipeOptions>>>().toEqualTypeOf<true>();

	type Temperature = With<
		In<(typeof studies)["temperature"]["options"]>,
		{ readonly teacher: types.NetworkInput | undefined }
	>;
	expectTypeOf<Same<types.TemperatureStudyRecipeInput, Temperature>>().toEqualTypeOf<true>();
	type Shallow = In<(typeof studies)["shallow"]["options"]>;
	expectTypeOf<Same<types.ShallowStudyRecipeInput, Shallow>>().toEqualTypeOf<true>();
	expectTypeOf<types.StudyRecipeInput["name"]>().toEqualTypeOf<keyof typeof studies>();
});

test("what recipes are once they are parsed is what their schemas give", () => {
	expectTypeOf<Same<types.Recipe, z.output<typeof distillOptions>>>().toEqualTypeOf<true>();
	expectTypeOf<Same<types.TrainRecipe, z.output<typeof trainRecipeOptions>>>().toEqualTypeOf<true>();
	expectTypeOf<Same<types.SpecializeRecipe, z.output<typeof specializeOptions>>>().toEqualTypeOf<true>();
	expectTypeOf<Same<types.SpeechRecipe, z.output<typeof speechRecipeOptions>>>().toEqualTypeOf<true>();
	expectTypeOf<Same<types.StudyRecipe, z.output<StudySchemas>>>().toEqualTypeOf<true>();
});

test("the types of recipes are made of the schemas as they are: npm run recipe-types", async () => {
	expect(recipeTypes() === (await readFile(typesFile, "utf8"))).toBe(true);
});
