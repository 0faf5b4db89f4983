/** Every notice is a sentence, or several: texts and hints in the sources end with a full stop. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../src");

/** The last characters that an expression may have, where its source says them; `""` where it may be empty. */
function endsOf(node: ts.Expression, scope: ts.Node): readonly string[] {
	if (ts.isStringLiteralLike(node)) return [node.text.slice(-1)];
	if (ts.isTemplateExpression(node)) {
		const texts = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
		const [last = "", before = ""] = texts.toReversed();
		const tail = node.templateSpans.at(-1)?.expression;
		if (last !== "" || tail === undefined) return [last.slice(-1)];
		return endsOf(tail, scope).map((end) => (end === "" ? before.slice(-1) : end));
	}
	if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
		return endsOf(node.right, scope).flatMap((end) => (end === "" ? endsOf(node.left, scope) : [end]));
	}
	if (ts.isParenthesizedExpression(node)) return endsOf(node.expression, scope);
	if (ts.isConditionalExpression(node)) return [...endsOf(node.whenTrue, scope), ...endsOf(node.whenFalse, scope)];
	const value = ts.isIdentifier(node) && node.text !== "undefined" ? declared(node.text, scope) : undefined;
	return value === undefined ? [] : endsOf(value, scope);
}

/** What a constant of a function is, or of the module. */
function declared(name: string, scope: ts.Node): ts.Expression | undefined {
	const statements = ts.isBlock(scope) || ts.isSourceFile(scope) ? scope.statements : [];
	const constants = [...statements].flatMap((one) =>
		ts.isVariableStatement(one) ? one.declarationList.declarations : [],
	);
	const found = constants.find((one) => one.name.getText() === name)?.initializer;
	return found ?? (ts.isSourceFile(scope) ? undefined : declared(name, scope.parent));
}

/** The fields of an object literal that is a notice, or what a check has found. */
function sentencesOf(node: ts.ObjectLiteralExpression): readonly (readonly [string, ts.Expression])[] {
	const fields = node.properties.flatMap((property): readonly (readonly [string, ts.Expression])[] => {
		if (ts.isPropertyAssignment(property)) return [[property.name.getText(), property.initializer]];
		return ts.isShorthandPropertyAssignment(property) ? [[property.name.text, property.name]] : [];
	});
	const names = fields.map(([name]) => name);
	const isNotice = names.includes("text") && (names.includes("code") || names.includes("hint"));
	return isNotice ? fields.filter(([name]) => name === "text" || name === "hint") : [];
}

test("texts and hints of notices end with a full stop", () => {
	const wrong: string[] = [];
	let seen = 0;
	const files = readdirSync(root, { recursive: true, encoding: "utf8" });
	for (const name of files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))) {
		const source = ts.createSourceFile(name, readFileSync(join(root, name), "utf8"), ts.ScriptTarget.ESNext, true);
		const visit = (node: ts.Node): void => {
			for (const [field, value] of ts.isObjectLiteralExpression(node) ? sentencesOf(node) : []) {
				const ends = endsOf(value, node);
				seen += ends.length;
				const line = source.getLineAndCharacterOfPosition(value.getStart()).line + 1;
				// Behind a colon a function lists what was found.
				const others = ends.filter((end) => end !== "." && end !== ":");
				wrong.push(...others.map((end) => `${name}:${String(line)}: ${field} ends with ${JSON.stringify(end)}`));
			}
			ts.forEachChild(node, visit);
		};
		visit(source);
	}
	expect(wrong).toEqual([]);
	expect(seen).toBeGreaterThan(100);
});
