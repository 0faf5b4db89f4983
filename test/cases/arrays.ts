/** The flags of the arrays that several cases share: three classes of small pictures. */
export const arrays = ["--data", "d.npz", ...namesOf("data")];

/** The same of two classes. */
export const twoClasses = ["--data", "binary.npz", ...namesOf("data")];

/** A student that trains in a second. */
export const student = [
	...["--student", "mlp:8", "--set", "student.epochs=4", "--set", "student.batch=16", "--threads", "1"],
];

function namesOf(option: string): readonly string[] {
	const names = { features: "x", label: "y", testFeatures: "xt", testLabel: "yt" };
	return Object.entries(names).flatMap(([name, array]) => ["--set", `${option}.${name}=${array}`]);
}
