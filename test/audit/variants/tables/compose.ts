// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import type { CheckId } from '../../../../src/audit/check-ids.ts';
import { changeEvent } from '../../../mocks/deployment/edit-events.ts';
import { runtimeEvent } from '../../../mocks/deployment/event.ts';
import type { DeploymentOptions } from '../../../mocks/deployment/options.ts';
import type { ConfigIdForm } from '../../../mocks/deployment/mr-config-id.ts';
import { answered, expecting, good, info, infoOf, make, parts } from '../support/baseline.ts';
import { OF_ANY_TEXT, type Variant } from '../support/variant.ts';

const text = good.appCompose.toString('utf8');
const json = JSON.parse(text) as Record<string, unknown>;
const BOTH: readonly CheckId[] = ['compose.hash', 'compose.config-id'];

/** The answer shows another app-compose than the one that was measured. */
const shown = (name: string, app_compose: unknown, more: Partial<Variant> = {}): Variant => ({
  name: `app-compose: ${name}`,
  evidence: answered({}, { app_compose }),
  failed: BOTH,
  exit: 10,
  ...more,
});

const replaced = (from: string, to: string): string => {
  if (!text.includes(from)) throw new Error(`no ${from} in the app-compose`);
  return text.replace(from, to);
};

/** Of every length, from the first byte to the last. */
const places = Array.from({ length: 24 }, (_, index) => Math.floor((index * (text.length - 1)) / 23));

const bytes: readonly Variant[] = [
  ...places.map((at) =>
    shown(
      `byte ${at} turned`,
      `${text.slice(0, at)}${String.fromCharCode(text.charCodeAt(at) ^ 1)}${text.slice(at + 1)}`,
    ),
  ),
  shown('one line feed more', `${text}\n`),
  shown('one space before it', ` ${text}`),
  shown('a byte order mark', `\ufeff${text}`),
  shown('CR LF', text.replaceAll('\n', '\r\n')),
  shown('written again, small', JSON.stringify(json)),
  shown('written again with two spaces', JSON.stringify(json, null, 2)),
  shown('keys in another order', JSON.stringify(Object.fromEntries(Object.entries(json).toReversed()), null, 4)),
  shown('one key more', JSON.stringify({ ...json, more: 1 }, null, 4)),
  shown('another image', replaced('sha256:51', 'sha256:52')),
  shown('another commit', replaced('COMMIT_SHA=3b', 'COMMIT_SHA=4b')),
  shown('another repository', replaced('example/workload', 'example/other')),
  shown('not read-only', replaced('read_only: true', 'read_only: false')),
  shown('another key provider', replaced('"kms_enabled": true', '"kms_enabled": false')),
  shown('logs hidden', replaced('"public_logs": true', '"public_logs": false')),
  shown('not JSON', 'hello'),
  shown('an empty object', '{}'),
  shown('no string', json, { exit: 30 }),
  shown('larger than any', 'x'.repeat(4 * 1024 * 1024 + 1), { exit: 30 }),
  shown('left out', undefined, { failed: [], notChecked: ['compose.hash'], exit: 13 }),
  shown('empty', '', { failed: [], notChecked: ['compose.hash'], exit: 13 }),
  shown('null', null, { failed: [], notChecked: ['compose.hash'], exit: 13 }),
];

const OTHER_PIN = [
  'REPO_URL=https://example.org/x.git',
  'COMMIT_SHA=4b18e512dba79e4c8300dd08aeb37f8e728b8dad',
  'WORK_DIR=/srv/workload/checkout',
].join('\n');

/** Another app-compose, measured and bound by the hardware: another deployment. */
const measured = (
  name: string,
  options: DeploymentOptions,
  failed: readonly CheckId[],
  more: Partial<Variant> = {},
): Variant => ({
  name: `measured: ${name}`,
  evidence: info(options),
  failed,
  exit: failed.length === 0 ? 0 : 10,
  ...more,
});

const yaml = json.docker_compose_file as string;
const read = (value: string) => ({ compose: { value: Buffer.from(value, 'utf8'), source: '--compose' } });

const deployments: readonly Variant[] = [
  measured('another pin', { pin: OTHER_PIN }, ['app.id']),
  measured('another image', { image: `registry.example/x@sha256:${'52'.repeat(32)}` }, ['app.id', 'compose.launcher']),
  measured('an image whose digest is none', { image: 'registry.example/x@sha256:00' }, ['app.id', 'compose.images'], {
    notBound: ['compose.launcher'],
  }),
  // Which pin it has to be is the matter of source.pin.
  measured('another pin under the same app id', { pin: OTHER_PIN, appId: good.appId }, [], { findings: [] }),
  measured('half a pin', { pin: 'REPO_URL=https://example.org/x.git', appId: good.appId }, ['compose.pin'], {
    says: 'COMMIT_SHA',
  }),
  measured('a branch in the pin', { pin: OTHER_PIN.replace(/=4b.*/, '=main'), appId: good.appId }, ['compose.pin']),
  measured(
    'a variable in the pin',
    { pin: OTHER_PIN.replace(/=4b.*/, '=${COMMIT:?must be set}'), appId: good.appId },
    [],
    { notBound: ['compose.pin-bound'], notChecked: ['compose.pin', 'compose.commands', 'compose.child-env'], exit: 11 },
  ),
  measured(
    'another pin under the same app id, and the auditor read the first',
    { pin: OTHER_PIN, appId: good.appId },
    ['compose.hash'],
    { expected: read(yaml), says: 'is not what --compose holds' },
  ),
  measured('another app id', { appId: '5a'.repeat(20) }, ['app.id']),
  measured('another instance', { instanceId: '5a'.repeat(20) }, [], {
    findings: [],
    facts: { instance_id: '5a'.repeat(20) },
  }),
  measured('the compose file that the auditor read', {}, [], { expected: read(yaml) }),
  measured('the app-compose that the auditor read', {}, [], { expected: read(text) }),
  measured('the compose file without its last line feed', {}, ['compose.hash'], { expected: read(yaml.trimEnd()) }),
  measured('the compose file with another image', {}, ['compose.hash'], {
    expected: read(yaml.replace('sha256:51', 'sha256:52')),
  }),
  measured('the app-compose written anew', {}, ['compose.hash'], { expected: read(JSON.stringify(json)) }),
  measured('an empty compose file', {}, ['compose.hash'], { expected: read('') }),
  measured(
    'the mock shows the first and measured the second',
    { shownAppCompose: text, pin: 'COMMIT_SHA=1', appId: good.appId },
    BOTH,
  ),
  measured('an app-compose that is no JSON', { appCompose: 'hello', appId: good.appId }, OF_ANY_TEXT, { exit: 30 }),
  measured('a compose file that is no YAML', { composeFile: 'a: [', appId: good.appId }, OF_ANY_TEXT, { exit: 30 }),
  ...(
    [
      ['no compose file', { docker_compose_file: undefined }],
      ['another runner', { runner: 'bash' }],
    ] as const
  ).map(([name, appComposeKeys]) =>
    measured(name, { appComposeKeys, appId: good.appId }, ['compose.launcher'], { notChecked: ['compose.images'] }),
  ),
  measured(
    'an app-compose that is no JSON, and the auditor read one',
    { appCompose: 'hello', appId: good.appId },
    ['compose.hash'],
    { expected: read(yaml), exit: 30 },
  ),
];

const FORMS: readonly ConfigIdForm[] = ['v1', 'v2', 'v3', 'untagged'];
const configured = (
  form: ConfigIdForm,
  name: string,
  options: DeploymentOptions,
  more: Partial<Variant> = {},
): Variant => ({
  name: `config id ${form}: ${name}`,
  evidence: () =>
    withDocument(infoOf(make({ mrConfigId: form, ...options })), make({ mrConfigId: form, ...options }).mrConfig),
  failed: ['compose.config-id'],
  exit: 10,
  ...more,
});
const withDocument = (evidence: ReturnType<typeof infoOf>, document: string | undefined) =>
  document === undefined ? evidence : { ...evidence, mrConfig: { origin: 'a document', value: document } };

const GOOD: Partial<Variant> = { failed: [], exit: 0, findings: [] };
const document = JSON.parse(make({ mrConfigId: 'v3' }).mrConfig ?? '{}') as Record<string, unknown>;
const documented = (name: string, change: object, more: Partial<Variant> = {}): Variant =>
  configured('v3', name, { mrConfigDocument: JSON.stringify({ ...document, ...change }) }, more);

const ids: readonly Variant[] = [
  ...FORMS.flatMap((form) => [
    configured(form, 'as it should be', {}, GOOD),
    configured(form, 'of another app-compose', { shownAppCompose: '{}' }, { failed: BOTH }),
  ]),
  configured(
    'v2',
    'of another app id',
    { editEvents: changeEvent('app-id', runtimeEvent('app-id', Buffer.alloc(20))) },
    {
      failed: ['app.id', 'cert.report-data', 'compose.config-id'],
    },
  ),
  configured('zero', 'binds nothing', {}, { failed: [], notBound: ['compose.config-id'], exit: 0 }),
  configured(
    'zero',
    'and another app-compose shown',
    { shownAppCompose: '{}' },
    { failed: ['compose.hash'], notBound: ['compose.config-id'] },
  ),
  documented('of another compose hash', { compose_hash: '11'.repeat(32) }),
  documented('of another app id', { app_id: '11'.repeat(20) }),
  documented('of another key provider', { key_provider: 'tpm' }),
  documented('of another KMS', { key_provider_id: '11'.repeat(91) }),
  documented('of another version', { version: 4 }, { exit: 30 }),
  configured('v3', 'of no JSON', { mrConfigDocument: 'hello' }, { exit: 30 }),
  {
    name: 'config id v3: without its document',
    evidence: info({ mrConfigId: 'v3' }),
    notChecked: ['compose.config-id'],
    exit: 0,
    findings: [],
  },
  {
    name: 'config id v3: with another document',
    evidence: () =>
      withDocument(infoOf(make({ mrConfigId: 'v3' })), JSON.stringify({ ...document, compose_hash: '11'.repeat(32) })),
    failed: ['compose.config-id'],
    exit: 10,
  },
  {
    name: 'config id v1: a document that counts for nothing',
    evidence: parts({ mrConfig: { origin: 'a document', value: 'hello' } }),
    exit: 0,
  },
];

const PROVIDERS = ['none', 'local-sgx', 'tpm'] as const;
/** Without a KMS the app signs its certificates itself. */
const providers = PROVIDERS.flatMap((keyProvider): readonly Variant[] => {
  const deployment = make({ keyProvider });
  return [
    {
      name: `key provider ${keyProvider}: expected`,
      evidence: () => infoOf(deployment),
      expected: expecting(deployment),
      exit: 0,
      findings: [],
    },
    {
      name: `key provider ${keyProvider}: a KMS expected`,
      evidence: info({ keyProvider, appId: good.appId }),
      failed: ['kms.identity'],
      exit: 10,
    },
  ];
});

/** The app-compose, byte for byte, what the hardware binds of it, and who the app is. */
export const compose: readonly Variant[] = [...bytes, ...deployments, ...ids, ...providers];
