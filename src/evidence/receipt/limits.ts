/** A statement is about 1 KiB; what can be long are 256 submodules and the names of dropped variables. */
export const MAX_STATEMENT_BYTES = 1024 * 1024;
/** A whole receipt: about 40 KiB in practice. Statement, quote and log within their own limits fit, with their escapes. */
export const MAX_RECEIPT_BYTES = 14 * 1024 * 1024;
/** Members of one list of a statement: an environment has at most some thousand names. */
export const MAX_LIST_ITEMS = 16 * 1024;
