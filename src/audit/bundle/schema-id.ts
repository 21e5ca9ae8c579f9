/** The form of an evidence bundle: the first member of every one. Another form gets another number, and this program then says so. */
export const BUNDLE_SCHEMA = 'twl-evidence-bundle/v1';
