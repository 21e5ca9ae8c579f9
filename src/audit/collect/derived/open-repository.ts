import { parseReference } from '../../../registry/reference.ts';
import { openRepository, type Repository } from '../../../registry/repository.ts';

export interface Opening {
  /** A registry that the auditor named, `host[:port]`: it alone may be private. */
  readonly registry: string | undefined;
  /** Monotonic time at which everything ends. */
  readonly deadline: number;
}

/** The repository of an image by a name that may be hostile. Throws RegistryError `bad-reference`, `address-refused`. */
export const repositoryAt = (name: string, { registry, deadline }: Opening): Repository => {
  const reference = parseReference(name);
  return openRepository(reference, { named: registry !== undefined && reference.registry === registry, deadline });
};
