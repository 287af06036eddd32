/**
 * The YAML package, in a module of its own that is loaded when it is needed: the package is CommonJS, whose names a
 * bundled `import()` of it would not give.
 */
export { parse, parseDocument } from 'yaml';
