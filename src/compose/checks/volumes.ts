import type { ComposeFile } from '../document.ts';
import { type ComposeFinding, failing, unbound, unboundBy } from '../findings.ts';
import type { Mount } from '../mounts.ts';
import { otherDefinition, readVolume } from '../volumes.ts';

/**
 * What the definition of a mounted volume comes to: one whose bytes another machine or a plug-in serves can become other bytes
 * after they were checked.
 */
export const volumeFindings = (file: ComposeFile, mount: Mount): ComposeFinding[] => {
  const { kind, source } = mount;
  if (kind !== 'volume' || source === undefined) return [];
  const reading = readVolume(file, source);
  if (reading.kind === 'foreign') return [failing(mount, `the volume ${source} ${reading.what}`)];
  if (reading.kind === 'undecided') {
    return unboundBy(reading.variables, mount, `what the volume ${source} is is not decided by the text`);
  }
  const other = otherDefinition(file, source);
  if (other !== undefined) {
    return [failing(mount, `the volume ${source} is also called ${other}, which makes something else of it`)];
  }
  if (reading.kind !== 'external') return [];
  return [unbound(mount, `the volume ${source} is external: what made it, and of what, is not in the text`)];
};
