/**
 * Limbeck: knowledge distillation for TypeScript.
 *
 * @module
 */
export * from "./errors.js";
