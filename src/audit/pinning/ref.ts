import { type Checked, fail, pass } from '../../pin/checked.ts';
import type { ObjectFormat } from '../../pin/types.ts';

/** What somebody names a commit by. */
export type GivenRef =
  | { readonly kind: 'commit'; readonly id: string; readonly format: ObjectFormat }
  | { readonly kind: 'name'; readonly name: string };

/** Longer is no name that a file system could hold. */
const MAX_NAME = 250;

/** What git lets no name of a ref hold (git-check-ref-format), `~` and `^` of its revisions among it. */
const FORBIDDEN = /[\s\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.$|\/$|^\/|^-|\.lock(?:\/|$)|(?:^|\/)\./;

const HINT = 'name a branch, a tag, or a commit by all digits of its hash; nothing is evaluated as git rev-parse would';

/** Reads REF: a full commit hash, or the name of a branch or tag, short or in full. `HEAD` is no name: it moves with the server. */
export const parseRef = (text: string): Checked<GivenRef> => {
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) {
    if (/^0+$/.test(text)) return fail('bad-value', 'must not be all zeros', 'write the hash of a commit');
    return pass({ kind: 'commit', id: text, format: text.length === 40 ? 'sha1' : 'sha256' });
  }
  if (text === '') return fail('empty-value', 'must not be empty', HINT);
  if (text === 'HEAD' || text === '@') {
    return fail('bad-value', 'must not be HEAD, which names whatever branch the server says', 'name the branch itself');
  }
  if (text.length > MAX_NAME || FORBIDDEN.test(text)) return fail('bad-value', 'is no name of a branch or tag', HINT);
  if (text.startsWith('refs/') && !/^refs\/(?:heads|tags)\/./.test(text)) {
    const hint = 'what lies under refs/pull and the like anybody may have offered; name refs/heads/… or refs/tags/…';
    return fail('bad-value', 'is neither a branch nor a tag', hint);
  }
  return pass({ kind: 'name', name: text });
};
