/** An image as a compose file names it. */
export interface ImageReference {
  /** Registry and repository, as they are written. */
  readonly name: string;
  readonly tag: string | undefined;
  /** `sha256:` and 64 lower-case hex digits. With one the tag decides nothing. */
  readonly digest: string | undefined;
}

// OCI distribution specification and the grammar of distribution/reference; a registry may have a port.
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const HOST = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?';
const REFERENCE = new RegExp(
  `^((?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`,
);
/** The longest name that a registry takes is 255, a tag 128. */
const MAX_REFERENCE = 512;

/** Parses `registry/name:tag@sha256:…`; undefined where it is no such thing, another digest algorithm included. */
export const parseImage = (text: string): ImageReference | undefined => {
  const [, name, tag, digest] = (text.length <= MAX_REFERENCE && REFERENCE.exec(text)) || [];
  return name === undefined ? undefined : { name, tag, digest };
};
