import type { Build } from '../../../test/mocks-sigstore/claims.ts';
import type { OciImage } from '../../image/oci.ts';
import type { Revision } from '../../image/revision.ts';
import { compareImages } from '../compare.ts';
import { identityOf } from '../identity.ts';
import { publish } from '../publish.ts';
import { type Expected, type Ran, Scene } from './scene.ts';
import { attach, attest, releaseBuild } from './sign.ts';

export interface Rehearsal {
  /** Two builds of the same files, and where the archive of the first is. */
  readonly builds: readonly [OciImage & { readonly archive: string }, OciImage];
  /** An image of other files. */
  readonly other: OciImage & { readonly archive: string };
  readonly revision: Revision;
  /** `127.0.0.1:port` of a real registry. */
  readonly registry: string;
  /** A clone with the commit, in which an auditor builds again; nobody does where left out. */
  readonly clone?: string;
  readonly say: (line: string) => void;
}

const NAME = 'rehearsal/launcher';

class RehearsalError extends Error {
  override readonly name = 'RehearsalError';
}

const lastLine = ({ stdout }: Ran): string => stdout.trimEnd().split('\n').at(-1) ?? '';

const expectEnd = (what: string, ran: Ran, code: number, text: RegExp): void => {
  if (ran.code === code && text.test(`${ran.stdout}\n${ran.stderr}`)) return;
  throw new RehearsalError(
    `${what}: ends with ${ran.code} and not ${code}, or says nothing of ${text}:\n${ran.stdout}\n${ran.stderr}`,
  );
};

/** What must be refused, and by which check. */
const forgeries = (good: Build): readonly { what: string; build: Build; says: RegExp }[] => [
  {
    what: 'signed by another workflow of the same repository',
    build: { ...good, signer: good.signer?.replace('sign.yml', 'other.yml') ?? '' },
    says: /REJECTED.*provenance\.workflow/,
  },
  {
    what: 'signed by the right workflow in the build of a pull request',
    build: { ...good, trigger: 'pull_request', ref: 'refs/pull/7/merge' },
    says: /REJECTED.*provenance\./,
  },
  {
    what: 'signed at a branch and not at the tag',
    build: { ...good, ref: 'refs/heads/main', signer: good.signer?.replace(/@.*/, '@refs/heads/main') ?? '' },
    says: /REJECTED.*provenance\./,
  },
  {
    what: 'signed by a fork',
    build: { ...good, repository: 'mallory/fork', signer: good.signer?.replace(/^[^/]+\/[^/]+/, 'mallory/fork') ?? '' },
    says: /REJECTED.*provenance\./,
  },
];

/**
 * The release of a tag from two builds on: compares them, pushes to a registry, attests and attaches, and checks as an auditor would,
 * with the launcher run out of that very image; then what must be refused.
 * @throws RehearsalError at the first thing that is not as it has to be
 */
export const rehearse = async ({ builds, other, revision, registry, clone, say }: Rehearsal): Promise<void> => {
  const [image, again] = builds;
  const tag = `v${revision.version}`;
  // Of files that are in no commit, somebody rehearses all the same.
  const commit = revision.commit ?? 'c0'.repeat(20);
  const identity = identityOf(tag);
  const expected: Expected = { registry };
  const released: Expected = { ...expected, digest: image.digest };
  const repository = `${registry}/${NAME}`;
  const good = releaseBuild(identity.repository, commit, tag);
  const scene = await Scene.open();
  try {
    const { isSame, lines } = compareImages(image, again);
    if (!isSame) throw new RehearsalError(`two builds differ: ${lines.join('; ')}`);
    say('two builds, one digest');
    for (const line of lines) say(`  ${line}`);

    publish({ archive: image.archive, digest: image.digest, repository, tag, insecure: true });
    await attach(registry, NAME, image, attest(image.digest, good));
    say(`pushed ${NAME}:${tag}, signed as`);
    say(`  ${identity.subject}`);

    const pinned = `${repository}@${image.digest}`;
    const { deployment, ran, receipt } = await scene.launch(scene.compose(pinned));
    expectEnd('the launch', ran, 0, new RegExp(`hello from ${scene.repository.commit}`));
    say('launched on a SIMULATED machine: the image by its digest, the workload by its commit');
    const verified = await scene.verify(deployment, released, ['--receipt', receipt]);
    expectEnd('twl verify', verified, 0, /VERIFIED/);
    say(`twl verify: ${lastLine(verified)}`);

    // The bundle is exchanged for one that somebody else made: of the same image, and signed by the same Sigstore.
    const wanted = scene.deploy(scene.compose(pinned));
    for (const { what, build, says } of forgeries(good)) {
      await attach(registry, NAME, image, attest(image.digest, build));
      const refused = await scene.verify(wanted, expected);
      expectEnd(what, refused, 10, says);
      say(`${what}: ${lastLine(refused)}`);
    }
    await attach(registry, NAME, image, attest(image.digest, good));

    // The tag moves to an image of other files, which brings the bundle of the release along.
    publish({ archive: other.archive, digest: other.digest, repository, tag, insecure: true });
    await attach(registry, NAME, other, attest(image.digest, good));
    const moved = await scene.verify(scene.deploy(scene.compose(`${repository}@${other.digest}`)), expected);
    expectEnd('the moved tag', moved, 10, /REJECTED.*provenance\.subject/);
    say(`the tag moved to another image, by its digest: ${lastLine(moved)}`);
    const byTag = await scene.verify(scene.deploy(scene.compose(`${repository}:${tag}`)), expected);
    expectEnd('an image by its tag', byTag, 11, /NOT BOUND/);
    say(`the image by its tag alone: ${lastLine(byTag)}`);
    const still = await scene.verify(deployment, released, ['--receipt', receipt]);
    expectEnd('twl verify after the tag was moved', still, 0, /VERIFIED/);
    say(`who pinned the digest: ${lastLine(still)}`);

    if (clone === undefined) return;
    if (revision.commit === undefined) {
      say('no build of an auditor: what is in no commit cannot be built again');
      return;
    }
    const rebuild = ['--rebuild', clone];
    const rebuilt = await scene.verify(deployment, released, ['--receipt', receipt, '--json', ...rebuild]);
    expectEnd(
      'a build of the auditor',
      rebuilt,
      0,
      /"id": "provenance\.rebuild",\s*"step": "provenance",\s*"required": true,\s*"state": "passed"/,
    );
    say('an auditor built the commit again: the same digest');
    // A runner that built something else, and had it signed as if it were of the commit.
    await attach(registry, NAME, other, attest(other.digest, good));
    const tampered = await scene.verify(
      scene.deploy(scene.compose(`${repository}@${other.digest}`)),
      expected,
      rebuild,
    );
    expectEnd('an image that the commit is not', tampered, 10, /REJECTED.*provenance\.rebuild/);
    say(`a runner built something else, and signed it: ${lastLine(tampered)}`);
  } finally {
    await scene.close();
  }
};
