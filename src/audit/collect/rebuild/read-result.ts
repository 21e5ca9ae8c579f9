import { escapeText } from '../../../base/escape.ts';
import { arrayOf, JsonError, objectOf, parseJson, stringOf } from '../../../base/json.ts';
import type { RebuildStage, Rebuilt } from '../../rebuilt.ts';
import { RebuildError } from './errors.ts';
import { MAX_PLATFORMS, MAX_RESULT_BYTES, MAX_RESULT_DEPTH } from './limits.ts';

const bad = (why: string, cause?: unknown): RebuildError =>
  new RebuildError('bad-result', `what image:verify printed is no result: ${why}`, {
    hint: 'see that the folder is a clone of the launcher, at a commit whose scripts are of this form',
    ...(cause === undefined ? {} : { cause }),
  });

const matching = (form: RegExp, value: unknown, what: string): string => {
  const text = stringOf(value, what);
  if (!form.test(text)) throw bad(`${what} is '${escapeText(text.slice(0, 100))}'`);
  return text;
};

const digestOf = (value: unknown, what: string): string => matching(/^sha256:[0-9a-f]{64}$/, value, what);

const read = (text: Uint8Array, stage: RebuildStage): Rebuilt => {
  const options = { name: 'it', maxBytes: MAX_RESULT_BYTES, maxDepth: MAX_RESULT_DEPTH };
  const { commit, digest, platforms } = objectOf(parseJson(text, options), 'it');
  const all = arrayOf(platforms, 'platforms');
  if (all.length === 0 || all.length > MAX_PLATFORMS) throw bad(`it has ${all.length} platforms`);
  return {
    commit: matching(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, commit, 'commit'),
    stage,
    digest: digestOf(digest, 'digest'),
    platforms: all.map((one, index) => {
      const what = `platforms[${index}]`;
      const platform = objectOf(one, what);
      return {
        architecture: matching(/^[a-z0-9]{1,32}$/, platform.architecture, `${what}.architecture`),
        digest: digestOf(platform.digest, `${what}.digest`),
      };
    }),
  };
};

/**
 * What `npm run image:verify` printed: one JSON object with `commit`, `digest` and `platforms`; what else it holds is not looked at.
 * @param stage which image it was asked to build
 * @throws RebuildError `bad-result`
 */
export const readResult = (text: Uint8Array, stage: RebuildStage): Rebuilt => {
  try {
    return read(text, stage);
  } catch (error) {
    if (error instanceof JsonError) throw bad(error.message, error);
    throw error;
  }
};
