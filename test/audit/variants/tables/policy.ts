import {
  collateral as collateralOf,
  good,
  info,
  intel,
  make,
  infoOf,
  policy,
  SOURCE,
  expecting,
} from '../support/baseline.ts';
import type { Exception, Policy } from '../../../../src/audit/policy/policy.ts';
import { TCB_STATUSES, type TcbStatus } from '../../../../src/tdx/tcb-status.ts';
import type { CollateralChanges } from '../../../mocks/intel/collateral.ts';
import { moduleStatus, platformStatus, qeStatus } from '../../../mocks/intel/tcb-changes.ts';
import type { Variant } from '../support/variant.ts';

const { now } = intel;
const LATER = now + 1;

const accepted = <T>(value: T, until = LATER): Exception<T> => ({ value, reason: 'a test', until, source: SOURCE });
const held = (change: Partial<Policy>): Pick<Variant, 'expected'> => ({
  expected: { policy: { ...policy, ...change } },
});
const accepting = (statuses: readonly string[], advisories: readonly string[] = [], until = LATER) =>
  held({
    tcbStatuses: statuses.map((status) => accepted(status as TcbStatus, until)),
    advisories: advisories.map((id) => accepted(id, until)),
  });

const PARTS: Readonly<Record<string, (status: string, advisories?: readonly string[]) => CollateralChanges>> = {
  platform: (status, advisories) => ({ tcbInfo: { change: platformStatus(status, advisories) } }),
  module: (status, advisories) => ({ tcbInfo: { change: moduleStatus(status, advisories) } }),
  'quoting enclave': (status, advisories) => ({ qeIdentity: { change: qeStatus(status, advisories) } }),
};

const refused = (name: string, changes: CollateralChanges, more: Partial<Variant> = {}): Variant => ({
  name: `TCB: ${name}`,
  evidence: collateralOf(changes),
  failed: ['quote.tcb'],
  exit: 10,
  ...more,
});
const OPEN: Partial<Variant> = { failed: [], exit: 0 };

const NOT_CLEAN = TCB_STATUSES.filter((status) => status !== 'UpToDate');
const ADVISORY = 'INTEL-SA-01000';

const statuses = Object.entries(PARTS).flatMap(([part, of]) =>
  NOT_CLEAN.flatMap((status): readonly Variant[] => [
    refused(`${part} ${status}, not accepted`, of(status), { says: `Intel calls the platform ${status}` }),
    refused(`${part} ${status}, accepted until a second later`, of(status), {
      ...accepting([status]),
      ...(status === 'Revoked' ? {} : { ...OPEN, facts: { tcb_status: status } }),
    }),
    refused(`${part} ${status}, accepted until this second`, of(status), accepting([status], [], now)),
    refused(
      `${part} ${status}, every other accepted`,
      of(status),
      accepting(TCB_STATUSES.filter((one) => one !== status)),
    ),
    refused(`${part} ${status} with an advisory, the status accepted`, of(status, [ADVISORY]), accepting([status])),
    refused(
      `${part} ${status} with an advisory, the advisory accepted`,
      of(status, [ADVISORY]),
      accepting([], [ADVISORY]),
    ),
    refused(`${part} ${status} with an advisory, both accepted`, of(status, [ADVISORY]), {
      ...accepting([status], [ADVISORY]),
      ...(status === 'Revoked' ? {} : { ...OPEN, findings: ['tcb.advisory'] }),
    }),
    refused(
      `${part} ${status} with two advisories, one accepted`,
      of(status, [ADVISORY, 'INTEL-SA-02']),
      accepting([status], [ADVISORY]),
    ),
  ]),
);

const merged: readonly Variant[] = [
  refused(
    'platform ConfigurationNeeded and module OutOfDate are more than either',
    { tcbInfo: { change: (document) => moduleStatus('OutOfDate')(platformStatus('ConfigurationNeeded')(document)) } },
    { ...accepting(['ConfigurationNeeded', 'OutOfDate']), says: 'OutOfDateConfigurationNeeded' },
  ),
  refused(
    'platform SWHardeningNeeded and quoting enclave ConfigurationNeeded are more than either',
    {
      tcbInfo: { change: platformStatus('SWHardeningNeeded') },
      qeIdentity: { change: qeStatus('ConfigurationNeeded') },
    },
    { ...accepting(['SWHardeningNeeded', 'ConfigurationNeeded']), says: 'ConfigurationAndSWHardeningNeeded' },
  ),
  refused(
    'UpToDate with an advisory',
    { tcbInfo: { change: platformStatus('UpToDate', [ADVISORY]) } },
    { ...OPEN, findings: ['tcb.advisory'] },
  ),
  refused(
    'advisories of all parts',
    {
      tcbInfo: { change: (document) => moduleStatus('OutOfDate', ['A'])(platformStatus('OutOfDate', ['B'])(document)) },
      qeIdentity: { change: qeStatus('OutOfDate', ['C']) },
    },
    {
      ...accepting(['OutOfDate'], ['A', 'B', 'C']),
      ...OPEN,
      findings: ['tcb.advisory', 'tcb.advisory', 'tcb.advisory'],
    },
  ),
  refused(
    'advisories of all parts, one of them not accepted',
    {
      tcbInfo: { change: (document) => moduleStatus('OutOfDate', ['A'])(platformStatus('OutOfDate', ['B'])(document)) },
      qeIdentity: { change: qeStatus('OutOfDate', ['C']) },
    },
    accepting(['OutOfDate'], ['A', 'B']),
  ),
];

const whole = (name: string, more: Partial<Variant>): Variant => ({
  name: `policy: ${name}`,
  evidence: info(),
  exit: 10,
  ...more,
});
const stated = <T>(...values: readonly T[]) => values.map((value) => ({ value, source: SOURCE }));
const image = good.osImage;
const { osImages: _, ...withoutImages } = policy;
const NO_IMAGE: Partial<Variant> = { failed: ['os.image'], notChecked: ['os.acpi', 'os.development'] };

const demands: readonly Variant[] = [
  whole('no image at all is known', {
    expected: { policy: withoutImages },
    notChecked: ['os.image', 'os.acpi', 'os.development'],
    exit: 13,
  }),
  whole('an empty list of images admits none', { ...held({ osImages: [] }), ...NO_IMAGE }),
  whole('another MRTD', { ...held({ osImages: stated({ ...image, mrtd: '11'.repeat(48) }) }), ...NO_IMAGE }),
  whole('another RTMR0', { ...held({ osImages: stated({ ...image, rtmr0: '11'.repeat(48) }) }), ...NO_IMAGE }),
  whole('another RTMR1', { ...held({ osImages: stated({ ...image, rtmr1: '11'.repeat(48) }) }), ...NO_IMAGE }),
  whole('another RTMR2', { ...held({ osImages: stated({ ...image, rtmr2: '11'.repeat(48) }) }), ...NO_IMAGE }),
  whole('the right image as the second', {
    ...held({ osImages: stated({ ...image, mrtd: '11'.repeat(48) }, image) }),
    exit: 0,
  }),
  whole('the image is a development one', {
    ...held({ osImages: stated({ ...image, development: true }) }),
    failed: ['os.development'],
  }),
  whole('a development image, accepted', {
    ...held({ osImages: stated({ ...image, development: true }), developmentImages: [accepted(image.hash ?? '')] }),
    exit: 0,
  }),
  whole('a development image, accepted until this second', {
    ...held({
      osImages: stated({ ...image, development: true }),
      developmentImages: [accepted(image.hash ?? '', now)],
    }),
    failed: ['os.development'],
  }),
  whole('a development image, another accepted', {
    ...held({ osImages: stated({ ...image, development: true }), developmentImages: [accepted('11'.repeat(32))] }),
    failed: ['os.development'],
  }),
  whole('another key provider', { ...held({ keyProviderIds: stated('11'.repeat(91)) }), failed: ['kms.identity'] }),
  whole('an empty list of key providers', { ...held({ keyProviderIds: [] }), failed: ['kms.identity'] }),
  whole('an empty id of a key provider', { ...held({ keyProviderIds: stated('') }), failed: ['kms.identity'] }),
  whole('the key provider as the second', { ...held({ keyProviderIds: stated('11', good.keyProvider.id) }), exit: 0 }),
  whole('another app id', { ...held({ appIds: stated('11'.repeat(20)) }), failed: ['app.id'] }),
  whole('an empty list of app ids', { ...held({ appIds: [] }), failed: ['app.id'] }),
  whole('flag and policy differ on the app id', {
    expected: {
      appId: { value: '11'.repeat(20), source: '--app-id' },
      policy: { ...policy, appIds: stated(good.appId) },
    },
    failed: ['app.id'],
  }),
  whole('flag and policy agree on the app id', { ...held({ appIds: stated('11'.repeat(20), good.appId) }), exit: 0 }),
  whole('the app id in upper case', {
    expected: { appId: { value: good.appId.toUpperCase(), source: '--app-id' } },
    failed: ['app.id'],
  }),
  whole('an empty app id', { expected: { appId: { value: '', source: '--app-id' } }, failed: ['app.id'] }),
  whole('freshness is required', { ...held({ required: stated('freshness' as const) }), exit: 12 }),
  whole('ACPI tables are required', { ...held({ required: stated('os.acpi' as const) }), exit: 0 }),
  {
    name: 'policy: ACPI tables are required, and no RTMR0 is known',
    evidence: info(),
    ...held({ osImages: stated((({ rtmr0: _, ...rest }) => rest)(image)), required: stated('os.acpi' as const) }),
    notChecked: ['os.acpi'],
    exit: 13,
  },
  {
    name: 'policy: a config id is required, and the hardware binds none',
    evidence: info({ mrConfigId: 'zero' }),
    ...held({ required: stated('compose.config-id' as const) }),
    notBound: ['compose.config-id'],
    exit: 11,
  },
  {
    name: 'policy: of several the worst counts',
    evidence: info({ mrConfigId: 'zero' }),
    ...held({ required: stated('compose.config-id' as const, 'freshness' as const), keyProviderIds: [] }),
    failed: ['kms.identity'],
    notBound: ['compose.config-id'],
    exit: 10,
  },
  {
    name: 'policy: a certificate is required, and there is none',
    evidence: () => {
      const { certificates: _, ...rest } = infoOf(make());
      return { ...rest, kind: 'quote-answer' };
    },
    expected: { ...expecting(good), policy: { ...policy, required: stated('cert.report-data' as const) } },
    notChecked: ['cert.report-data'],
    exit: 13,
  },
];

/** Statuses and advisories that Intel gives, exceptions and when they end, and what a policy demands. */
export const policies: readonly Variant[] = [...statuses, ...merged, ...demands];
