import { LAUNCHER_EVENT } from '../evidence/receipt/statement.ts';
import { mrAggregated } from '../evidence/aggregates.ts';
import { sameBytes } from '../evidence/bytes.ts';
import { partValue } from '../evidence/evidence.ts';
import { replay } from '../evidence/replay.ts';
import { readRuntimeEvents } from '../evidence/system-events.ts';
import { STATEMENT_NAMES, type StatementName } from '../evidence/statements.ts';
import type { TdReport } from '../tdx/td-report.ts';
import type { Context } from './context.ts';
import { mpcFindings } from './profile-mpc/findings.ts';
import type { Finding } from './result.ts';
import { newestLog } from './runtime/further-quotes.ts';
import { hex } from './wording.ts';

/** What a reader returns, or undefined where it threw: the check whose matter it is says so. */
const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

const aggregateOf = ({ mrTd, rtmrs, ...ids }: TdReport, rtmr3: Uint8Array): Uint8Array => {
  const [rtmr0, rtmr1, rtmr2] = rtmrs;
  return mrAggregated({ mrtd: mrTd, rtmr0, rtmr1, rtmr2, rtmr3, ...ids });
};

/** RTMR3 as it is when the answer is given: of a log that goes on after the quote, where that log leads. */
const rtmr3Now = (context: Context, quoted: Uint8Array): readonly [string, Uint8Array] => {
  const { eventLog } = context.evidence;
  const later = eventLog && attempt(() => context.splitLog().later);
  const events = later !== undefined && later.length > 0 && eventLog && attempt(() => partValue(eventLog));
  const replayed = events && attempt(() => replay(events)[3]);
  return replayed && replayed.state === 'value' ? ['the event log to its end', replayed.value] : ['the quote', quoted];
};

/** What the quote and the log say, under the name by which an answer states it, and which of the two. */
const measuredValues = (context: Context): Partial<Record<StatementName, readonly [string, string]>> => {
  const body = context.evidence.quote && attempt(() => context.quote().body);
  const system = context.evidence.eventLog && attempt(() => context.events().system);
  const quoted = (bytes: Uint8Array): readonly [string, string] => ['the quote', hex(bytes)];
  const [where, rtmr3] = body === undefined ? ['', new Uint8Array(0)] : rtmr3Now(context, body.rtmrs[3]);
  const logged = (bytes: Uint8Array): readonly [string, string] => ['the event log', hex(bytes)];
  return {
    ...(body && {
      mrtd: quoted(body.mrTd),
      rtmr0: quoted(body.rtmrs[0]),
      rtmr1: quoted(body.rtmrs[1]),
      rtmr2: quoted(body.rtmrs[2]),
      rtmr3: [where, hex(rtmr3)],
      report_data: quoted(body.reportData),
      mr_aggregated: [where, hex(aggregateOf(body, rtmr3))],
    }),
    ...(system && {
      app_id: logged(system.appId),
      instance_id: logged(system.instanceId),
      compose_hash: logged(system.composeHash),
      ...(system.osImageHash && { os_image_hash: logged(system.osImageHash) }),
    }),
  };
};

/** Statements of the answer that quote or log contradict. Nothing was decided by them; whoever reads the answer alone is misled. */
const contradictions = (context: Context): Finding[] => {
  const measured = measuredValues(context);
  return STATEMENT_NAMES.flatMap((name) => {
    const part = context.evidence.statements[name];
    if (part === undefined) return [];
    // Two places of one answer that differ are such a part: whichever is read, the other one misleads.
    if ('error' in part) return [{ id: 'statement.unreadable', text: part.error.message }];
    const [where, value] = measured[name] ?? [];
    if (value === undefined || part.value === '' || part.value.toLowerCase() === value) return [];
    const found = value === '' ? 'none' : value;
    return [
      { id: 'statement.contradicted', text: `${part.origin} says ${name} is ${part.value}; ${where} has ${found}` },
    ];
  });
};

/** The image by what the KMS told the machine, and by what its host says: one of them is wrong. */
const imageHashes = (context: Context): Finding[] => {
  const told = context.evidence.eventLog && attempt(() => context.events().system.osImageHash);
  const said = attempt(() => context.vmConfig()?.osImageHash);
  if (told === undefined || said === undefined || sameBytes(told, said)) return [];
  const text = `the os-image-hash event has ${hex(told)}, as the KMS told it; vm_config says ${hex(said)}`;
  return [{ id: 'os.image-hash', text }];
};

const userEvents = (context: Context): Finding[] => {
  // Those of the newest quote as well: the log that was given may end before them.
  const user = (context.evidence.eventLog && attempt(() => readRuntimeEvents(newestLog(context)).user)) ?? [];
  return user.map(({ index, name, note }) => ({
    id: note === undefined ? 'eventlog.application-event' : 'eventlog.system-name',
    text:
      note ??
      `event ${index + 1} '${name}' is a claim of whatever held the agent's socket after system-ready${name === LAUNCHER_EVENT ? "; runtime.receipt says whether it is the launcher's" : ''}`,
  }));
};

/** Advisories, also those that no policy has to accept because the status is UpToDate. */
const advisories = (context: Context): Finding[] => {
  if (context.evidence.collateral === undefined || context.evidence.quote === undefined) return [];
  const tcb = attempt(context.tcb);
  if (tcb === undefined) return [];
  return tcb.advisories.map((id) => ({
    id: 'tcb.advisory',
    text: `Intel's advisory ${id} applies to this platform`,
  }));
};

/** Why a policy of the auditor accepts a finding, where one does and has not run out. */
const acceptanceOf = ({ expectations: { policy, now } }: Context, id: string): Pick<Finding, 'accepted'> => {
  const found = policy.findings.find(({ value, until }) => value === id && now.value < until);
  return found === undefined ? {} : { accepted: { reason: found.reason, source: found.source } };
};

/** What the source shows that is no check of its own. */
const sourceFindings = (context: Context): Finding[] => {
  if (context.evidence.source === undefined || context.evidence.appCompose === undefined) return [];
  return [...(attempt(() => context.source().findings) ?? [])];
};

/** Everything that is no check of its own and that a reader should know. */
export const findingsOf = (context: Context): Finding[] =>
  [
    ...contradictions(context),
    ...imageHashes(context),
    ...userEvents(context),
    ...advisories(context),
    ...sourceFindings(context),
    ...mpcFindings(context),
  ].map((finding) => ({ ...finding, ...acceptanceOf(context, finding.id) }));
