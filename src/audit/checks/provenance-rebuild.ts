import { partValue } from '../../evidence/evidence.ts';
import { PROVENANCE_CHECK_IDS } from '../../provenance/result.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import { failed, notChecked, type Outcome, passed, thrown } from '../outcome.ts';
import type { Rebuilt } from '../rebuilt.ts';
import { originsOf } from '../wording.ts';
import { lowerImage, sourceOf } from './provenance.ts';

/** What is not checked where nobody expects a commit does not have to pass; it may not fail. */
const UNLESS_EXPECTED = 'provenance.commit';

/** The commit that the accepted bundle names; undefined where none was accepted. Nothing else in the evidence says which one to build. */
export const provenCommit = (context: Context): string | undefined => {
  const { chosen } = context.provenance();
  const commit = chosen?.status === 'accepted' ? chosen.facts.commit : undefined;
  return commit !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit) ? commit : undefined;
};

/** How the image was built again; undefined where it was not. An index counts as one that was, too, where all of it that may run was. */
const sameAs = (context: Context, { digest, platforms }: Rebuilt): string | undefined => {
  const { image, children = [] } = partValue(context.evidence.provenance!);
  const nameOf = (one: string): string | undefined => {
    const platform = platforms.find((built) => built.digest === one);
    return platform && `its image for linux/${platform.architecture}`;
  };
  if (image === digest) return 'it';
  const named = nameOf(image);
  if (named !== undefined) return named;
  const isAll = children.length > 0 && children.every((child) => nameOf(child) !== undefined);
  return isAll ? 'every linux/amd64 image of the index' : undefined;
};

const compare = (context: Context, rebuilt: Rebuilt): Outcome => {
  const commit = provenCommit(context);
  const origins = originsOf(context, 'rebuild', 'provenance');
  if (commit === undefined) return notChecked({ summary: 'no bundle that was accepted names a commit', origins });
  const { digest, platforms, stage } = rebuilt;
  if (rebuilt.commit !== commit) {
    return notChecked({
      summary: 'the build is of another commit than the provenance names',
      expected: commit,
      found: rebuilt.commit,
      source: 'the certificate of the accepted bundle',
      origins,
    });
  }
  const { subject, derived } = context.compose();
  const remarks = {
    ...(subject === undefined ? {} : { expected: subject }),
    found: [...new Set([digest, ...platforms.map((one) => one.digest)])].join(', '),
    source: sourceOf(context),
    origins,
    details: [
      `commit ${commit}, stage ${stage}, for ${platforms.map(({ architecture }) => `linux/${architecture}`).join(', ')}`,
      ...(derived === undefined ? [] : [lowerImage(derived)]),
    ],
  };
  const what = sameAs(context, rebuilt);
  if (what !== undefined)
    return passed({ ...remarks, summary: `built again on this machine, ${what} has the same digest` });
  return failed({
    ...remarks,
    summary: 'built again on this machine, the commit that the provenance names is another image',
    hint: 'compare the configs of both: where they are equal, the engines compress differently (docs/image.md)',
  });
};

export const provenanceRebuild: Check = {
  id: 'provenance.rebuild',
  step: 'provenance',
  title: 'the commit builds to this image',
  proves:
    'The commit that the accepted provenance names was built again, on a machine of the auditor, into an image with the very digest: what ran the workflow added nothing.',
  from: "the digests that `npm run image:verify` printed in the auditor's clone, the digest of the image whose provenance was checked, and the signing certificate",
  assumes:
    'The build scripts of the clone, and those of the commit, which are run on that machine, build what they say that they build; Debian, Node and npm serve everybody the same packages.',
  citation: 'docs/image.md, "Why two builds are one digest"',
  required: 'when-expected',
  needs: PROVENANCE_CHECK_IDS.filter((id) => id !== UNLESS_EXPECTED),
  isExpected: ({ evidence }) => evidence.rebuild !== undefined,
  run: (context) => {
    const { rebuild } = context.evidence;
    if (rebuild === undefined) {
      return notChecked({
        summary: 'it was not built again: that the commit builds to it is the word of whoever signed',
        hint: "give --rebuild with a clone of the launcher's repository",
      });
    }
    if ('value' in rebuild) return compare(context, rebuild.value);
    // That it could not be built is nothing that speaks against the image.
    const { exit: _, state: __, ...why } = thrown(rebuild.error);
    return notChecked({ ...why, origins: originsOf(context, 'rebuild') });
  },
};
