import { RegistryError } from '../../registry/errors.ts';
import { parseReference, type Reference } from '../../registry/reference.ts';
import { MpcError } from '../errors.ts';
import { show } from '../show.ts';

/** What the generation that resolved tags had for Docker Hub, by default. */
const HUB_NAMES = ['registry.hub.docker.com', 'hub.docker.com'];

const read = (text: string, key: string): Reference => {
  try {
    return parseReference(text);
  } catch (cause) {
    if (!(cause instanceof RegistryError)) throw cause;
    throw new MpcError('image-reference-invalid', `launcher_config.${key}: ${cause.message}`, {
      hint: 'registry is a host with an optional port, image_name a name below it, image_tags are tags',
      cause,
    });
  }
};

/**
 * The repository that `registry` and `image_name` name, with the tags held against the grammar. Nothing is asked.
 * Throws MpcError `image-reference-invalid`.
 */
export const readTaggedImage = (source: {
  readonly registry: string;
  readonly name: string;
  readonly tags: readonly string[];
}): Reference => {
  const registry = HUB_NAMES.includes(source.registry) ? 'docker.io' : source.registry;
  // A name without a dot or a port would be taken for a part of Docker Hub's.
  if (!/[.:]/.test(registry) && registry !== 'localhost') {
    throw new MpcError('image-reference-invalid', `launcher_config.registry '${show(registry)}' is no host`, {
      hint: 'write docker.io, ghcr.io, or a host with its port',
    });
  }
  const whole = `${registry}/${source.name}`;
  for (const tag of source.tags) {
    if (read(`${whole}:${tag}`, 'image_tags').tag !== tag) throw new Error('a tag that reads as another');
  }
  return read(whole, 'image_name');
};
