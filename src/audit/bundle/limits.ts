const MIB = 1024 * 1024;

/** A bundle of a small workload has some 200 KiB; what makes one large are the packs below, and base64 makes four bytes of three. */
export const MAX_SAVED_BYTES = 128 * MIB;
/** Packs of the pinned commit and its submodules: a repository of a workload has 1 to 10 MiB at depth 1. Above, the source is left out. */
export const MAX_PACKS_BYTES = 64 * MIB;
/** The commit, one for each submodule that an audit brings, and that of `--since`. */
export const MAX_PACKS = 256;
/** Object, array of packs or refs, object in it, array of its refs, object in that. */
export const MAX_SAVED_DEPTH = 6;
/** Branches and tags that are kept of a list, those that matter first: more would be the list of a forge's largest repositories. */
export const MAX_SAVED_REFS = 1000;
/** Commits and tags that lead from a branch or tag to the pinned commit, and their bytes: a pin that is years behind its branch has thousands. */
export const MAX_HISTORY_OBJECTS = 10_000;
export const MAX_HISTORY_BYTES = 8 * MIB;
/** Of what a search goes through so much is held until it is known what leads to the commit. */
export const MAX_HELD_BYTES = 64 * MIB;
/** Indexes, manifests and configs of images, and the layers that hold a pin: some ten for each of the eight images that are looked into. */
export const MAX_IMAGE_DOCUMENTS = 512;
/** Their bytes: manifests have some KiB, a layer with a pin less than the 4 MiB that are read. */
export const MAX_IMAGE_BYTES = 32 * MIB;
/** Words that say where something came from: paths and addresses of at most some hundred characters. */
export const MAX_ORIGIN = 4096;
/** Trusted roots of Sigstore: two instances, and some that an organisation runs. */
export const MAX_SAVED_ROOTS = 16;
/** Annotations of a layer as cosign wrote it: a certificate, its chain, and an entry of the log. */
export const MAX_ANNOTATIONS = 64;
