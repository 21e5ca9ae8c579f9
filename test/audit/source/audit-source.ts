import { collectSource, type SourceRequest } from '../../../src/audit/source/collect-source.ts';
import { judgeSource, type SourceExpectations, type SourceFindings } from '../../../src/audit/source/judge-source.ts';

export type SourceAudit = SourceRequest & SourceExpectations;

/** Brings the source, looks at it and judges it. See {@link collectSource}. */
export const auditSource = async (audit: SourceAudit): Promise<SourceFindings> =>
  judgeSource(await collectSource(audit), audit);
