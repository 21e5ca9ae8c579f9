import type { NewFile } from '../../../state/atomic-write.ts';
import type { Verdict } from '../../result.ts';
import { renderHtml } from './page.ts';

/** It holds nothing secret, and is made to be passed on. */
const MODE = 0o644;

/** The page of a verdict, to be written at `path`. */
export const pageFile = (path: string, verdict: Verdict): NewFile => ({
  path,
  bytes: Buffer.from(renderHtml(verdict), 'utf8'),
  mode: MODE,
});
