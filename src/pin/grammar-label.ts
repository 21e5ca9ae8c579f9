/**
 * The label of a launcher image that says by which version of the rules its launcher reads a pin: GRAMMAR_VERSION in decimal digits. It is in
 * the image's config, and so under its digest. Whoever builds an image sets it; `twl verify` compares it with its own.
 */
export const GRAMMAR_LABEL = 'com.trusted-workload-launcher.pin-grammar';
