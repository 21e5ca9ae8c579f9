import type { ImageReference } from '../compose/image.ts';
import { isZero } from '../evidence/bytes.ts';
import type { Context } from './context.ts';
import { hex, utc } from './wording.ts';

/** Adds what can be read; a part that is missing or broken is the matter of its check. */
const gather = (facts: Record<string, string>, read: () => Record<string, string | undefined>): void => {
  try {
    for (const [name, value] of Object.entries(read())) if (value !== undefined) facts[name] = value;
  } catch {
    // Left out: see above.
  }
};

/** `registry/name:tag`, without the digest. */
export const imageName = ({ name, tag }: ImageReference): string => (tag === undefined ? name : `${name}:${tag}`);

/**
 * The launcher, its neighbours and the pin, as the compose text has them. A digest is several times in a file where several services
 * run the image; a neighbour that is named by a tag alone has none.
 */
const composeFacts = (context: Context): Record<string, string | undefined> => {
  const { file, launcher, pin } = context.compose().review;
  const { launchers, derived } = context.compose();
  const others = (file?.services ?? []).flatMap(({ image }) =>
    image?.digest === undefined || launchers.some(({ digest }) => digest === image.digest) ? [] : [image.digest],
  );
  const image = launcher?.image;
  return {
    launcher_image: image && imageName(image),
    launcher_digest: image?.digest,
    launcher_base: derived?.from.base,
    neighbour_digests: others.length === 0 ? undefined : [...new Set(others)].join(' '),
    repository: pin?.repoUrl.text,
    commit: pin?.commitSha,
    tree_sha256: pin?.treeSha256,
  };
};

/** What the pin leaves open and the source shows. */
const treeOf = (context: Context): string | undefined => {
  const { commit } = context.source().facts;
  const tree = 'value' in commit ? commit.value.treeSha256 : undefined;
  return tree !== undefined && 'value' in tree ? tree.value : undefined;
};

/**
 * What the evidence shows of the deployment, for the reader and for a first policy. Shown, not judged: a fact is worth what
 * the checks on it came to. Names are those of dstack's answers, and of the keys of a policy.
 */
export const factsOf = (context: Context): Record<string, string> => {
  const facts: Record<string, string> = {};
  const { quote, eventLog, collateral, appCompose, source } = context.evidence;
  if (quote !== undefined) {
    gather(facts, () => {
      const { body } = context.quote();
      const [rtmr0, rtmr1, rtmr2, rtmr3] = body.rtmrs.map(hex);
      return {
        mrtd: hex(body.mrTd),
        rtmr0,
        rtmr1,
        rtmr2,
        rtmr3,
        report_data: hex(body.reportData),
        // Zero in every machine that dstack starts, and compared with nothing here.
        mr_owner: isZero(body.mrOwner) ? undefined : hex(body.mrOwner),
        mr_owner_config: isZero(body.mrOwnerConfig) ? undefined : hex(body.mrOwnerConfig),
      };
    });
    gather(facts, () => ({ fmspc: context.pck().fmspc, ppid: context.pck().ppid }));
  }
  if (eventLog !== undefined) {
    gather(facts, () => {
      const { system } = context.events();
      return {
        app_id: hex(system.appId),
        instance_id: hex(system.instanceId),
        compose_hash: hex(system.composeHash),
        os_image_hash: system.osImageHash === undefined ? undefined : hex(system.osImageHash),
        key_provider: system.keyProvider.name,
        key_provider_id: hex(system.keyProvider.id),
        mr_kms: system.mrKms === undefined ? undefined : hex(system.mrKms),
        storage_fs: system.storageFs,
      };
    });
  }
  if (appCompose !== undefined) {
    gather(facts, () => ({ app_name: context.appCompose().name }));
    gather(facts, () => composeFacts(context));
    if (source !== undefined && facts.tree_sha256 === undefined) {
      gather(facts, () => ({ tree_sha256: treeOf(context) }));
    }
  }
  gather(facts, () => ({ os_image_name: context.vmConfig()?.image }));
  if (quote !== undefined && collateral !== undefined) {
    gather(facts, () => ({ tcb_status: context.tcb().status }));
    gather(facts, () => ({ collateral_until: utc(context.collateral().window.until) }));
  }
  return facts;
};
