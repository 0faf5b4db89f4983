/**
 * What Limbeck offers on Node only.
 *
 * @module
 */
export * from "./index.js";
