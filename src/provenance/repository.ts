import { ProvenanceError } from './errors.ts';
import { shown } from './fields.ts';

/** Where a repository is: `host` in lower case, `path` is `owner/name` as written. */
export interface Repository {
  readonly host: string;
  readonly path: string;
}

const URL_FORM = /^https:\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)\/([A-Za-z0-9._-]+\/[A-Za-z0-9._-]+)$/;

/**
 * Reads `https://host/owner/name`; `.git` and a slash at the end are dropped, since a pin may have them. Throws
 * {@link ProvenanceError} `bad-expectation`.
 */
export const repositoryOf = (url: string, what: string): Repository => {
  const [, host, path] = URL_FORM.exec(url.replace(/\/$/, '').replace(/\.git$/, '')) ?? [];
  if (host === undefined || path === undefined || path.split('/').some((part) => part === '.' || part === '..')) {
    throw new ProvenanceError('bad-expectation', `${what} is ${shown(url)}, not a repository`, {
      hint: 'write https://host/owner/name',
    });
  }
  return { host, path };
};

/** As certificates write it. */
export const urlOf = ({ host, path }: Repository): string => `https://${host}/${path}`;

/** ASCII only: what lower-cases to ASCII from elsewhere (the Kelvin sign) must not. */
const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** GitHub takes owner and name in any case and answers to all; the host is compared as it is. */
export const isRepository = (url: string, { host, path }: Repository): boolean => {
  const prefix = `https://${host}/`;
  return url.startsWith(prefix) && lower(url.slice(prefix.length)) === lower(path);
};

/** The ref of a workflow `https://host/owner/name/<path>@<ref>`; undefined where it is another workflow. */
export const refOfWorkflow = (uri: string, repository: Repository, path: string): string | undefined => {
  const start = urlOf(repository).length;
  const middle = `/${path}@`;
  if (!isRepository(uri.slice(0, start), repository) || !uri.startsWith(middle, start)) return undefined;
  const ref = uri.slice(start + middle.length);
  // A file may be called a.yml@refs/heads/main@b.yml: with a second @ it is open where the path ends.
  return ref === '' || ref.includes('@') ? undefined : ref;
};
