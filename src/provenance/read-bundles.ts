import { escapeText } from '../base/escape.ts';
import { type JsonObject, objectOf, parseJson } from '../base/json.ts';
import { readBundle, type SignedBundle } from './bundle.ts';
import { guarded, ProvenanceError } from './errors.ts';
import { listOf } from './fields.ts';
import { MAX_BUNDLE_BYTES, MAX_BUNDLES, MAX_BUNDLES_BYTES, MAX_DEPTH } from './limits.ts';

/** One bundle and where it came from; or why it could not be read. One that is broken does not hide the others. */
export type BundleSource =
  | { readonly origin: string; readonly bundle: SignedBundle }
  | { readonly origin: string; readonly error: ProvenanceError };

/** What `read` returns, or the error it threw, under `origin`. */
export const sourceOf = (origin: string, read: () => SignedBundle): BundleSource => {
  try {
    return { origin, bundle: guarded('bad-bundle', escapeText(origin), read) };
  } catch (error) {
    if (error instanceof ProvenanceError) return { origin, error };
    throw error;
  }
};

const parse = (text: string, origin: string): unknown =>
  guarded('bad-json', origin, () => parseJson(text, { maxBytes: MAX_BUNDLE_BYTES, maxDepth: MAX_DEPTH, name: origin }));

const decode = (bytes: Uint8Array, origin: string): string => {
  if (bytes.length > MAX_BUNDLES_BYTES) {
    throw new ProvenanceError('too-large', `${escapeText(origin)} is larger than ${MAX_BUNDLES_BYTES} bytes`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ProvenanceError('bad-json', `${escapeText(origin)} is not UTF-8`, { cause });
  }
};

interface Line {
  readonly line: string;
  readonly number: number;
}

const linesOf = (text: string): readonly Line[] =>
  text
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '');

/** From one brace to the other, as every line of JSONL is and no line of a bundle that is spread over many. */
const isWhole = (one: Line | undefined): boolean => one !== undefined && /^\s*\{.*\}\s*$/.test(one.line);

/** One item of GitHub's answer. Since July 2026 it names a place of the bundle instead of holding it. */
const fromAnswer = (item: unknown, origin: string): SignedBundle => {
  const { bundle } = objectOf(item, escapeText(origin));
  if (bundle === null || bundle === undefined) {
    throw new ProvenanceError('bundle-elsewhere', `${escapeText(origin)} holds no bundle`, {
      hint: 'fetch its bundle_url without a token, undo the snappy compression, and give the file',
    });
  }
  return readBundle(bundle, escapeText(origin));
};

const fromValue = (value: unknown, origin: string): readonly BundleSource[] => {
  const isAnswer = typeof value === 'object' && value !== null && Object.hasOwn(value, 'attestations');
  if (!isAnswer) return [sourceOf(origin, () => readBundle(value, escapeText(origin)))];
  const list = guarded('bad-bundle', escapeText(origin), () =>
    listOf((value as JsonObject).attestations, MAX_BUNDLES, `${escapeText(origin)}: attestations`),
  );
  return list.map((item, index) => {
    const place = `${origin}, attestation ${index + 1}`;
    return sourceOf(place, () => fromAnswer(item, place));
  });
};

const fromLines = (lines: readonly Line[], origin: string): readonly BundleSource[] => {
  if (lines.length > MAX_BUNDLES) {
    throw new ProvenanceError('too-many', `${escapeText(origin)} has ${lines.length} lines, more than ${MAX_BUNDLES}`);
  }
  return lines.map(({ line, number }) => {
    const place = `${origin}, line ${number}`;
    return sourceOf(place, () => readBundle(parse(line, place), escapeText(place)));
  });
};

/**
 * The bundles of a file or an answer: one bundle as JSON; several as JSONL, one a line, as `gh attestation download` writes
 * them; or the answer of GitHub's REST API (`GET /repos/{owner}/{repo}/attestations/{digest}`). Where it came from is not
 * trusted: a bundle proves itself. Throws {@link ProvenanceError} `too-large`, `too-many` or `bad-json` where there is nothing to go
 * through; what is wrong with one bundle is in its own source.
 */
export const readBundles = (bytes: Uint8Array, origin: string): readonly BundleSource[] => {
  const text = decode(bytes, origin);
  let whole: unknown;
  try {
    whole = parse(text, origin);
  } catch (error) {
    const lines = linesOf(text);
    // Either end will do, so that one broken line does not hide the others.
    if (lines.length > 1 && (isWhole(lines[0]) || isWhole(lines.at(-1)))) return fromLines(lines, origin);
    throw error;
  }
  return fromValue(whole, origin);
};
