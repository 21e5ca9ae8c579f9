import { createHash } from 'node:crypto';
import type { ComposeContext } from '../context.ts';
import { type ComposeFinding, failing, informing } from '../findings.ts';

/** compose.scripts: each script that runs as root beside the containers is one that somebody has read. */
export const checkScripts = ({ app, expected }: ComposeContext): ComposeFinding[] =>
  app.scripts.map(({ name, text }) => {
    const hash = createHash('sha256').update(text, 'utf8').digest('hex');
    const known = expected.knownScripts.find(({ sha256 }) => sha256 === hash);
    const place = { line: undefined, path: name };
    if (known !== undefined) return informing(place, `${name} is ${known.name} (SHA-256 ${hash})`);
    return failing(place, `${name} runs as root on the machine and is not known (SHA-256 ${hash})`);
  });
