import { BaseError } from '../../../base/error.ts';
import { Context } from '../../context.ts';
import type { AuditEvidence } from '../../evidence.ts';
import type { Expectations } from '../../expectations.ts';

/** With the compose as it was attested; undefined where that cannot be read, which its own checks say. */
export const contextOf = (evidence: AuditEvidence, expectations: Expectations): Context | undefined => {
  if (evidence.appCompose === undefined) return undefined;
  const context = new Context(evidence, expectations);
  try {
    context.compose();
    return context;
  } catch (error) {
    if (error instanceof BaseError) return undefined;
    throw error;
  }
};
