import { expect, it } from "vitest";
import { caseFolder, runIn, taughtPictures } from "./case.js";

it("a class folder in NFD and a teacher's class in NFC are the same", async () => {
	const folder = await caseFolder("names-nfd");
	const { code, stdout, stderr } = await runIn(folder, [...taughtPictures, "--set", "student.batch=16"]);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	expect(JSON.parse(stdout)).toMatchObject({ data: { classes: 2 }, teacher: { errors: 0 } });
});
