import type { AuditEvidence } from '../../evidence.ts';
import type { Expectations } from '../../expectations.ts';
import { contextOf } from './context-of.ts';
import { followImages, type ImageOptions } from './follow-images.ts';

export interface LookOptions extends Omit<ImageOptions, 'isGrammarWanted'> {
  /** Nothing is fetched; what was saved is looked at all the same. */
  readonly offline: boolean;
}

/**
 * With what was found in the images that the compose names. The launcher's is looked into where no text holds its pin, whatever step was
 * asked for, since every step stands on the pin.
 */
export const withImages = async (
  evidence: AuditEvidence,
  expectations: Expectations,
  { offline, ...options }: LookOptions,
): Promise<AuditEvidence> => {
  const context = offline && options.savedImages === undefined ? undefined : contextOf(evidence, expectations);
  if (context === undefined) return evidence;
  const isGrammarWanted = expectations.only === undefined || expectations.only === 'provenance';
  const images = await followImages(context.compose(), expectations.policy, { ...options, isGrammarWanted });
  return images === undefined ? evidence : { ...evidence, images };
};
