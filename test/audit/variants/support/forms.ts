import type { CheckId } from '../../../../src/audit/check-ids.ts';
import type { Deployment } from '../../../mocks/deployment.ts';
import { COMPOSE_TEXT, INFO_STATES, type States } from './variant.ts';

/** A kind of answer: how a deployment gives it, and what can be told from it. */
export interface Form {
  readonly name: string;
  readonly answer: (deployment: Deployment) => string;
  readonly states: States;
  /** Of the good deployment. */
  readonly exit: 0 | 13;
  /** Where a collector finds each part: keys from the top, through JSON inside of JSON. */
  readonly paths: Partial<
    Record<'quote' | 'eventLog' | 'appCompose' | 'vmConfig' | 'collateral', readonly (string | number)[]>
  >;
}

const lacking = (...ids: readonly CheckId[]): States => ({
  ...INFO_STATES,
  ...Object.fromEntries(ids.map((id) => [id, 'not-checked'])),
});

const text = (value: unknown): string => JSON.stringify(value);

export const FORMS: readonly Form[] = [
  {
    name: 'Info',
    answer: (deployment) => text(deployment.info()),
    states: INFO_STATES,
    exit: 0,
    paths: { eventLog: ['tcb_info', 'event_log'], appCompose: ['tcb_info', 'app_compose'], vmConfig: ['vm_config'] },
  },
  {
    name: 'quote answer',
    answer: (deployment) => text(deployment.quoteAnswer()),
    states: lacking('cert.report-data'),
    exit: 0,
    paths: { quote: ['quote'], eventLog: ['event_log'], appCompose: ['app_compose'], vmConfig: ['vm_config'] },
  },
  {
    name: 'quote answer, whole log',
    answer: (deployment) => text(deployment.quoteAnswer({ strip: 'none' })),
    states: lacking('cert.report-data'),
    exit: 0,
    paths: { quote: ['quote'], eventLog: ['event_log'], appCompose: ['app_compose'], vmConfig: ['vm_config'] },
  },
  {
    name: 'Attest',
    answer: (deployment) => text(deployment.attestation()),
    states: lacking('cert.report-data', 'compose.hash', ...COMPOSE_TEXT),
    exit: 13,
    paths: { quote: ['attestation'] },
  },
  {
    name: 'Attest, whole log and sys-config',
    answer: (deployment) => text(deployment.attestation({ strip: 'none', config: 'sys-config' })),
    states: lacking('cert.report-data', 'compose.hash', ...COMPOSE_TEXT),
    exit: 13,
    paths: { quote: ['attestation'] },
  },
  {
    name: 'phala, raw',
    answer: (deployment) => deployment.phala(),
    states: lacking('cert.report-data'),
    exit: 0,
    paths: {
      quote: ['app_certificates', 0, 'quote'],
      eventLog: ['tcb_info', 'event_log'],
      appCompose: ['tcb_info', 'app_compose'],
    },
  },
  {
    name: 'phala, strict with noise',
    answer: (deployment) => deployment.phala({ shape: 'strict', noise: true }),
    states: lacking('cert.report-data', 'compose.hash', ...COMPOSE_TEXT),
    exit: 13,
    paths: { quote: ['app_certificates', 0, 'quote'], eventLog: ['tcb_info', 'event_log'] },
  },
  {
    name: 'NEAR public_data',
    answer: (deployment) => text(deployment.publicData()),
    states: INFO_STATES,
    exit: 0,
    paths: {
      quote: ['tee_participant_info', 'Dstack', 'quote'],
      eventLog: ['tee_participant_info', 'Dstack', 'tcb_info', 'event_log'],
      appCompose: ['tee_participant_info', 'Dstack', 'tcb_info', 'app_compose'],
      collateral: ['tee_participant_info', 'Dstack', 'collateral'],
    },
  },
];

/** The JSON of an answer, without the noise around it. */
const jsonOf = (answer: string): string =>
  answer.slice(
    answer.indexOf('{\n') === -1 ? 0 : answer.indexOf('{\n'),
    answer.lastIndexOf('\n}') === -1 ? undefined : answer.lastIndexOf('\n}') + 2,
  );

const put = (value: unknown, path: readonly (string | number)[], next: unknown): unknown => {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  // JSON inside of JSON stays text.
  if (typeof value === 'string') return JSON.stringify(put(JSON.parse(value), path, next));
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, unknown>;
  copy[key] = put(copy[key], rest, next);
  return copy;
};

/** The answer with another value at that place; undefined takes it away. */
export const answerWith = (answer: string, path: readonly (string | number)[], value: unknown): string =>
  JSON.stringify(put(JSON.parse(jsonOf(answer)), path, value));
