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

type Unnamed<Choice, Family> = Choice | Omit<Extract<Choice, { readonly family: Family }>, "family">;

type StudySchemas = (typeof studies)[keyof typeof studies]["options"];

test("what recipes take is what their schemas take", () => {
	// Both ways: that neither takes more than the other.
	expectTypeOf<types.DataInput>().toExtend<In<typeof dataOptions>>();
	expectTypeOf<In<typeof dataOptions>>().toExtend<types.DataInput>();
	expectTypeOf<types.ObjectiveInput>().toExtend<In<typeof distillationOptions>>();
	expectTypeOf<In<typeof distillationOptions>>().toExtend<types.ObjectiveInput>();
	expectTypeOf<types.ObjectivePartInput>().toExtend<In<typeof partOptions>>();
	expectTypeOf<In<typeof partOptions>>().toExtend<types.ObjectivePartInput>();

	type Network = Unnamed<In<typeof networkOptions>, "file">;
	expectTypeOf<types.NetworkInput>().toExtend<Network>();
	expectTypeOf<Network>().toExtend<types.NetworkInput>();
	type Member = Unnamed<In<typeof memberOptions>, "file">;
	expectTypeOf<types.MemberInput>().toExtend<Member>();
	expectTypeOf<Member>().toExtend<types.MemberInput>();
	type Named = In<typeof teacherOptions>;
	type Ensemble = Omit<Extract<Named, { readonly family: "ensemble" }>, "members"> & {
		readonly members: readonly Member[];
	};
	type Teacher = Unnamed<Exclude<Named, { readonly family: "ensemble" }>, "file" | "targets"> | Ensemble;
	expectTypeOf<types.TeacherInput>().toExtend<Teacher>();
	expectTypeOf<Teacher>().toExtend<types.TeacherInput>();

	interface Networks {
		readonly teacher: types.TeacherInput | undefined;
		readonly student: types.NetworkInput | undefined;
		readonly chain: readonly types.NetworkInput[] | undefined;
	}
	type Recipe = With<In<typeof distillOptions>, Networks>;
	expectTypeOf<types.RecipeInput>().toExtend<Recipe>();
	expectTypeOf<Recipe>().toExtend<types.RecipeInput>();
	type Train = With<In<typeof trainRecipeOptions>, { readonly network: types.NetworkInput | undefined }>;
	expectTypeOf<types.TrainRecipeInput>().toExtend<Train>();
	expectTypeOf<Train>().toExtend<types.TrainRecipeInput>();
	type Specialize = With<In<typeof specializeOptions>, { readonly generalist: types.NetworkInput | undefined }>;
	expectTypeOf<types.SpecializeRecipeInput>().toExtend<Specialize>();
	expectTypeOf<Specialize>().toExtend<types.SpecializeRecipeInput>();
	expectTypeOf<types.SpeechRecipeInput>().toExtend<In<typeof speechRecipeOptions>>();
	expectTypeOf<In<typeof speechRecipeOptions>>().toExtend<types.SpeechRecipeInput>();
	expectTypeOf<In<StudySchemas>>().toExtend<types.StudyRecipeInput>();
});

test("what recipes are once they are parsed is what their schemas give", () => {
	expectTypeOf<types.Recipe>().toExtend<z.output<typeof distillOptions>>();
	expectTypeOf<z.output<typeof distillOptions>>().toExtend<types.Recipe>();
	expectTypeOf<types.TrainRecipe>().toExtend<z.output<typeof trainRecipeOptions>>();
	expectTypeOf<z.output<typeof trainRecipeOptions>>().toExtend<types.TrainRecipe>();
	expectTypeOf<types.SpecializeRecipe>().toExtend<z.output<typeof specializeOptions>>();
	expectTypeOf<z.output<typeof specializeOptions>>().toExtend<types.SpecializeRecipe>();
	expectTypeOf<types.SpeechRecipe>().toExtend<z.output<typeof speechRecipeOptions>>();
	expectTypeOf<z.output<typeof speechRecipeOptions>>().toExtend<types.SpeechRecipe>();
	expectTypeOf<types.StudyRecipe>().toExtend<z.output<StudySchemas>>();
	expectTypeOf<z.output<StudySchemas>>().toExtend<types.StudyRecipe>();
});

test("the types of recipes are made of the schemas as they are: npm run recipe-types", async () => {
	expect(recipeTypes() === (await readFile(typesFile, "utf8"))).toBe(true);
});
