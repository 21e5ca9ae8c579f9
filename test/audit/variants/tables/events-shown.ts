import { runtimeEvent } from '../../../mocks/deployment/event.ts';
import {
  changeEvent,
  insertAfter,
  insertBefore,
  swapEvents,
  type EditEvents,
} from '../../../mocks/deployment/edit-events.ts';
import type { CheckId } from '../../../../src/audit/check-ids.ts';
import { KNOWN_IMAGES } from '../../../../src/audit/os-images.ts';
import { expecting, good, info, infoOf, make } from '../support/baseline.ts';
import type { Variant } from '../support/variant.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const other = (size: number): Buffer => Buffer.alloc(size, 0x5a);
const provider = (name: string, id: string): string => JSON.stringify({ name, id });

/** A machine that measured this as the payload of that event. */
const measured = (
  name: string,
  payload: Uint8Array | string,
  failed: readonly CheckId[],
  more: Partial<Variant> = {},
): Variant => ({
  name: `measured: ${name} ${typeof payload === 'string' ? payload.slice(0, 60) : `of ${payload.length} bytes`}`,
  evidence: info({ editEvents: changeEvent(name, runtimeEvent(name, payload)) }),
  failed,
  exit: failed.length === 0 ? 0 : 10,
  ...more,
});

const UNREADABLE: readonly CheckId[] = ['eventlog.order', 'cert.report-data'];
const { id } = good.keyProvider;
const development = KNOWN_IMAGES.find((image) => image.development)!;

const payloads: readonly Variant[] = [
  measured('app-id', other(20), ['app.id', 'cert.report-data'], { says: 'another app' }),
  measured('app-id', other(19), UNREADABLE),
  measured('app-id', other(32), UNREADABLE),
  measured('app-id', '', UNREADABLE),
  measured('compose-hash', other(32), ['compose.hash']),
  measured('compose-hash', other(20), UNREADABLE),
  measured('instance-id', other(20), [], {
    findings: ['statement.contradicted'],
    facts: { instance_id: '5a'.repeat(20) },
  }),
  measured('instance-id', '', [], { findings: ['statement.contradicted'] }),
  measured('instance-id', other(21), UNREADABLE),
  measured('mr-kms', other(32), [], { findings: [] }),
  measured('mr-kms', other(48), UNREADABLE),
  measured('os-image-hash', other(32), [], { findings: ['statement.contradicted', 'os.image-hash'] }),
  measured('os-image-hash', hex(development.hash), ['os.development'], { says: 'a development image' }),
  measured('os-image-hash', other(31), UNREADABLE),
  measured('storage-fs', 'ext4', [], { findings: [] }),
  measured('storage-fs', 'btrfs', UNREADABLE),
  measured('key-provider', provider('kms', '5a'.repeat(91)), ['kms.identity', 'cert.report-data'], {
    says: 'the kms key provider',
  }),
  measured('key-provider', provider('kms', ''), ['kms.identity', 'cert.report-data']),
  measured('key-provider', provider('none', ''), ['kms.identity'], { says: 'the none key provider' }),
  measured('key-provider', provider('local-sgx', '4d'.repeat(32)), ['kms.identity']),
  measured('key-provider', provider('tpm', ''), ['kms.identity']),
  measured('key-provider', provider('KMS', id), UNREADABLE),
  measured('key-provider', provider('', id), UNREADABLE),
  measured('key-provider', '{}', UNREADABLE),
  measured('key-provider', '[]', UNREADABLE),
  measured('key-provider', '', UNREADABLE),
  measured('key-provider', `${provider('kms', id)}{}`, UNREADABLE),
  measured('key-provider', `{"name":"none","name":"kms","id":"${id}"}`, UNREADABLE),
  measured('key-provider', JSON.stringify({ name: 'kms', id, more: 1 }), UNREADABLE),
  measured('system-preparing', 'x', UNREADABLE),
  measured('boot-mr-done', 'x', UNREADABLE),
  measured('system-ready', 'x', UNREADABLE),
];

/** A machine whose log is of another order. */
const logged = (name: string, editEvents: EditEvents, more: Partial<Variant> = {}): Variant => ({
  name: `logged: ${name}`,
  evidence: info({ editEvents }),
  failed: UNREADABLE,
  exit: 10,
  ...more,
});

const NAMES = good.events.flatMap(({ imr, event }) => (imr === 3 ? [event] : []));
const IMAGINED = [
  'app-id',
  'compose-hash',
  'init-script-hash',
  'rootfs-hash',
  'ca-cert-hash',
  'system-ready',
  'mr-kms',
];
const payloadOf: Readonly<Record<string, Uint8Array>> = { 'app-id': other(20), 'system-ready': other(0) };

/** A second event of a system's name before each of the system's own. */
const planted = NAMES.flatMap((before) =>
  IMAGINED.filter((name) => name !== 'system-ready').map((name) =>
    logged(`'${name}' before '${before}'`, insertBefore(before, runtimeEvent(name, payloadOf[name] ?? other(32)))),
  ),
);

/** A machine that says it is ready too soon: what dstack measures later would be an application's. */
const early = NAMES.slice(0, -2).map((before) =>
  logged(`'system-ready' before '${before}'`, insertBefore(before, runtimeEvent('system-ready'))),
);

const later = IMAGINED.map((name) =>
  logged(
    `'${name}' after system-ready`,
    insertAfter('system-ready', runtimeEvent(name, payloadOf[name] ?? other(32))),
    {
      failed: [],
      exit: 0,
      findings: ['eventlog.system-name'],
      facts: { app_id: good.appId, compose_hash: good.composeHash, key_provider_id: id },
    },
  ),
);

const pairs = NAMES.flatMap((a, index) =>
  NAMES.slice(index + 1, -1).map((b) => logged(`'${a}' and '${b}' exchanged`, swapEvents(a, b))),
);

const applications: readonly Variant[] = [1, 2, 40].map((count) => ({
  name: `${count} events of applications`,
  evidence: info({
    userEvents: Array.from({ length: count }, (_, index) => ({ event: `app ${index}`, payload: 'x' })),
  }),
  exit: 0,
  findings: Array.from({ length: count }, () => 'eventlog.application-event'),
}));

const accepting: Variant = {
  name: 'an application event that the policy accepts stays shown',
  evidence: info({ userEvents: [{ event: 'note', payload: '' }] }),
  expected: {
    policy: {
      ...expecting(good).policy,
      findings: [{ value: 'eventlog.application-event', reason: 'ours', until: 4e9, source: 'a test' }],
    },
  },
  exit: 0,
  findings: ['eventlog.application-event'],
};

/** The name of an event holds the separator of what is hashed: two events would have one digest. */
const ambiguous: Variant = {
  name: 'an application event whose name holds a colon',
  evidence: info({ userEvents: [{ event: 'a:b', payload: 'c' }] }),
  failed: ['eventlog.replay'],
  exit: 10,
};

/** Logs of version 2, whose events may carry what was hashed. */
const version2 = make({ eventLogVersion: 2 });
const two = (
  name: string,
  edit: (event: (typeof version2.events)[number]) => object,
  more: Partial<Variant>,
): readonly Variant[] =>
  NAMES.map((at) => ({
    name: `version 2, '${at}': ${name}`,
    evidence: () =>
      infoOf(
        make({
          eventLogVersion: 2,
          editEvents: (events) => events.map((event) => (event.event === at ? { ...event, ...edit(event) } : event)),
        }),
      ),
    expected: expecting(version2),
    failed: ['eventlog.replay'],
    exit: 10,
    ...more,
  }));

const NOT_FAILED: Partial<Variant> = { failed: [], exit: 0, findings: [] };
const version2s: readonly Variant[] = [
  ...two('as it is', (event) => event, NOT_FAILED),
  ...two('without preimage', () => ({ preimage: undefined }), NOT_FAILED),
  ...two('without preimage and digest', () => ({ preimage: undefined, digest: '' }), NOT_FAILED),
  ...two('without digest', () => ({ digest: '' }), NOT_FAILED),
  ...two('with an empty preimage', () => ({ preimage: '' }), {}),
  ...two('with another preimage', ({ preimage = '' }) => ({ preimage: `${preimage}20` }), {}),
  ...two('said to be of version 1', () => ({ version: 1 }), {}),
  ...two('said to be of version 1, without preimage', () => ({ version: undefined, preimage: undefined }), {}),
];

/** What a machine says by its events that is no contradiction but worth knowing, and what is one. */
export const eventsShown: readonly Variant[] = [
  ...payloads,
  ...planted,
  ...early,
  ...later,
  ...pairs,
  ...applications,
  accepting,
  ambiguous,
  ...version2s,
];
