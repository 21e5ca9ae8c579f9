import type { CheckId } from '../../../../src/audit/check-ids.ts';
import { type Build, claimsOf } from '../../../mocks-sigstore/claims.ts';
import { type BundleOptions, Sigstore } from '../../../mocks-sigstore/sigstore.ts';
import type { OneChange } from '../support/one-change.ts';
import { BUILD, DIGEST, FORGE, intel, LAUNCHER, sigstore } from '../support/story.ts';

type Json = Record<string, unknown>;

const claims = (build: Build = {}) => claimsOf({ ...FORGE, ...build });
const rejected = (name: string, bundle: BundleOptions, failed: readonly CheckId[], more: Partial<OneChange> = {}) => ({
  name,
  change: { bundle },
  failed,
  exit: 10,
  ...more,
});
/** Another build, whose certificate and statement agree. */
const built = (name: string, build: Build, failed: readonly CheckId[], more: Partial<OneChange> = {}): OneChange =>
  rejected(`built: ${name}`, { claims: claims(build) }, failed, more);
/** The certificate says this at one arc, and the rest is good. */
const claimed = (arc: number, value: string | undefined, failed: readonly CheckId[]): OneChange =>
  rejected(
    `certificate: ${arc} is ${value}`,
    { claims: { ...claims(), [arc]: value }, said: claims(), leaf: { subject: claims()[9] ?? '' } },
    failed,
  );

/** Only what the bundle is can be told: nothing that it says is believed. */
const SIGNATURE: readonly CheckId[] = ['provenance.bundle'];
const NOTHING_ELSE: readonly CheckId[] = [
  'provenance.subject',
  'provenance.issuer',
  'provenance.repository',
  'provenance.commit',
  'provenance.workflow',
  'provenance.ref',
  'provenance.runner',
  'provenance.trigger',
  'provenance.predicate',
  'provenance.agreement',
];
const unsigned = (name: string, change: OneChange['change'], exit = 10): OneChange => ({
  name: `signature: ${name}`,
  change,
  failed: SIGNATURE,
  notChecked: NOTHING_ELSE,
  exit,
});

const bundleJson = (options: BundleOptions = {}): Json =>
  sigstore.bundle({ digest: DIGEST, claims: claims(), ...options });
const edited = (edit: (bundle: Json) => void): Json => {
  const copy = structuredClone(bundleJson());
  edit(copy);
  return copy;
};
const stranger = new Sigstore({ name: 'stranger', uri: 'https://fulcio.sigstore.dev' });
const github = new Sigstore({ name: 'private', shape: 'github' });
const subject = (subjects: unknown): BundleOptions => ({
  claims: claims(),
  statement: (statement) => ({ ...statement, subject: subjects }),
});
const dsse = (bundle: Json): Json => bundle.dsseEnvelope as Json;

/** Everything that step 2 stands on, each changed alone. */
export const build: readonly OneChange[] = [
  rejected('subject: another image', { claims: claims(), digest: 'ab'.repeat(32) }, ['provenance.subject']),
  rejected(
    'subject: the digest only in its name',
    subject([{ name: `launcher@${LAUNCHER.digest}`, digest: { sha256: 'ab'.repeat(32) } }]),
    ['provenance.subject'],
  ),
  rejected('subject: by another algorithm', subject([{ name: 'x', digest: { sha512: DIGEST } }]), [
    'provenance.subject',
  ]),
  built('another repository', { repository: 'acme/other' }, ['provenance.repository', 'provenance.workflow']),
  built('a repository that only begins so', { repository: 'acme/launcher-evil' }, [
    'provenance.repository',
    'provenance.workflow',
  ]),
  built('another host', { host: 'https://forge.example.evil.example' }, [
    'provenance.repository',
    'provenance.workflow',
  ]),
  built('another commit', { commit: '0f'.repeat(20) }, ['provenance.commit']),
  built('another workflow', { workflow: '.github/workflows/other.yml' }, ['provenance.workflow']),
  built(
    'a .github path of another repository',
    { signer: 'evil/launcher/.github/workflows/release.yml@refs/heads/main' },
    ['provenance.workflow'],
  ),
  built('a pull request', { ref: 'refs/pull/7/merge', trigger: 'pull_request' }, [
    'provenance.ref',
    'provenance.trigger',
  ]),
  built('with the rights of the base, by a stranger', { trigger: 'pull_request_target' }, ['provenance.trigger']),
  built('on a machine that somebody brought', { runner: 'self-hosted' }, ['provenance.runner']),
  claimed(8, 'https://token.actions.githubusercontent.com.evil.example', ['provenance.issuer']),
  claimed(8, undefined, ['provenance.issuer']),
  claimed(12, 'https://forge.example/acme/other', ['provenance.repository', 'provenance.agreement']),
  claimed(12, undefined, ['provenance.repository', 'provenance.agreement']),
  claimed(13, 'ab'.repeat(20), ['provenance.commit', 'provenance.workflow', 'provenance.agreement']),
  claimed(11, undefined, ['provenance.runner', 'provenance.agreement']),
  rejected('statement: another story', { claims: claims(), said: claims({ commit: 'ab'.repeat(20) }) }, [
    'provenance.agreement',
  ]),
  rejected('statement: another repository', { claims: claims(), said: claims({ repository: 'acme/other' }) }, [
    'provenance.agreement',
  ]),
  unsigned('of another instance of the same name', {
    bundles: [stranger.bundle({ digest: DIGEST, claims: claims() })],
  }),
  unsigned('under the root of another instance', { roots: [stranger.root()] }),
  unsigned('of the instance without logs, under the root of the one with', {
    bundles: [github.bundle({ digest: DIGEST, claims: claims() })],
  }),
  unsigned('without a log', { bundle: { claims: claims(), log: false } }),
  unsigned('without a log, with a time stamp', { bundle: { claims: claims(), log: false, timestamp: true } }),
  unsigned('over other bytes', {
    bundles: [
      edited((bundle) => {
        dsse(bundle).payload = Buffer.from(
          Buffer.from(dsse(bundle).payload as string, 'base64')
            .toString('utf8')
            .replace('ghcr.io', 'ghcr.oi'),
        ).toString('base64');
      }),
    ],
  }),
  unsigned('by a key that is not the certificate’s', { bundle: { claims: claims(), key: stranger.log.key } }),
  {
    name: 'the statement is no provenance',
    change: {
      bundle: { claims: claims(), statement: (one) => ({ ...one, predicateType: 'https://spdx.dev/Document' }) },
    },
    notChecked: ['provenance.bundle', ...NOTHING_ELSE],
    exit: 13,
  },
  {
    name: 'no bundle',
    change: { bundles: [] },
    notChecked: ['provenance.bundle', ...NOTHING_ELSE],
    exit: 13,
    says: 'no bundle was given or found',
  },
  {
    name: 'nobody says who builds it',
    change: { policy: { provenance: {} } },
    notChecked: ['provenance.repository', 'provenance.commit', 'provenance.workflow'],
    exit: 13,
  },
  {
    name: 'the policy expects another workflow',
    change: {
      policy: { provenance: { ...BUILD, workflow: { value: '.github/workflows/x.yml', source: 'org.toml' } } },
    },
    failed: ['provenance.workflow'],
    exit: 10,
  },
  {
    name: 'judged before it was signed',
    change: { bundle: { claims: claims(), time: intel.now + 86_400 } },
    failed: SIGNATURE,
    notChecked: NOTHING_ELSE,
    exit: 10,
  },
];
