import { escapeText } from '../../base/escape.ts';
import { SourceError } from '../errors.ts';

/** What a server says is relayed up to this length, escaped. */
const MAX_SHOWN = 300;

/** A message of the server as an error of ours: what it means, with its own words quoted and escaped. */
export const serverMessage = (text: string): SourceError => {
  const said = `the server says: '${escapeText(text.trim().slice(0, MAX_SHOWN))}'`;
  if (/not our ref|unadvertised object|no such (?:ref|commit)|bad object|not found/i.test(text)) {
    return new SourceError('commit-not-served', `the commit cannot be had there; ${said}`, {
      hint: 'check COMMIT_SHA against the repository; a commit that was force-pushed away may be gone from the server',
    });
  }
  if (/object.format/i.test(text)) {
    return new SourceError(
      'object-format-mismatch',
      `the repository has another object format than COMMIT_SHA; ${said}`,
      {
        hint: 'a SHA-1 repository has commits of 40 digits, a SHA-256 repository of 64',
      },
    );
  }
  return new SourceError('server-refused', said, { hint: 'check REPO_URL, and the access of the launcher to it' });
};
