import type { Context } from '../../context.ts';
import { contentsOf } from '../../derived-launchers.ts';
import type { RebuildStage } from '../../rebuilt.ts';
import { RebuildError } from './errors.ts';

/** The label of a config that says which image it is: docker/Dockerfile sets it in each stage. */
export const TITLE_LABEL = 'org.opencontainers.image.title';

/** What it says in each. */
export const STAGE_OF_TITLE: Readonly<Record<string, RebuildStage>> = {
  'trusted-workload-launcher': 'launcher',
  'trusted-workload-launcher-mpc': 'mpc',
  'mpc-launcher': 'mpc-drop-in',
};

const unknown = (why: string): RebuildError =>
  new RebuildError('unknown-stage', `which image of the launcher's repository it is, is not known: ${why}`, {
    hint: 'say which with --rebuild-stage: launcher, mpc or mpc-drop-in',
  });

/**
 * Which image to build, by the label of the one that was deployed (of the lower one, where that is derived). It is under its digest; where it
 * says something that is not so, another image is built, and the digests differ.
 * @throws RebuildError `unknown-stage` where its config was not fetched, or has another title
 */
export const stageOf = (context: Context): RebuildStage => {
  const contents = contentsOf(context.evidence.images, context.compose().review.launcher?.image?.digest);
  if (contents === undefined) throw unknown('its config was not fetched');
  if ('error' in contents) throw unknown(contents.error.message);
  const titles = [...new Set(contents.value.titles)];
  const [title] = titles;
  if (titles.length !== 1 || title === undefined) throw unknown(`its label ${TITLE_LABEL} does not say one name`);
  const stage = Object.hasOwn(STAGE_OF_TITLE, title) ? STAGE_OF_TITLE[title] : undefined;
  if (stage === undefined) throw unknown(`its label ${TITLE_LABEL} says none that is known here`);
  return stage;
};
