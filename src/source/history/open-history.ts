import type { HistoryAddress, RemoteHistory } from './remote.ts';

/**
 * Asks a repository for its branches and tags.
 * @throws SourceError
 */
export const openHistory = async (address: HistoryAddress): Promise<RemoteHistory> => {
  const { url } = address;
  if (url.kind === 'local') return (await import('./local-history.ts')).openLocalHistory({ ...address, url });
  if (url.kind === 'ssh') return (await import('./ssh-history.ts')).openSshHistory({ ...address, url });
  return (await import('./http-history.ts')).openHttpHistory({ ...address, url });
};
