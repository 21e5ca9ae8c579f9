/** The largest compose text. Real ones are below 32 KiB; for the worst text of this size the YAML library needs two seconds. */
export const MAX_COMPOSE_BYTES = 256 * 1024;

/** Levels of maps and lists, aliases followed. The compose schema itself has 8. */
export const MAX_DEPTH = 32;

/** Nodes of the tree with every alias written out. A text of 1 KiB can otherwise name billions. */
export const MAX_NODES = 20_000;

/** `${A:-${B:-…}}`: levels of variables inside of variables. Nobody writes three. */
export const MAX_NESTED_VARIABLES = 16;

/** Findings of one check that are kept. A text that is wrong on every line would bury the rest. */
export const MAX_FINDINGS = 100;
