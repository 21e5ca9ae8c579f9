import { type Incoming, receptionOptions, unitOf } from './cold.ts';
import { StoredPack } from './pack/pack-file.ts';
import { Reception } from './receive.ts';
import type { SourceContext, Unit } from './unit.ts';
import { fsPath, toLatin1Path } from './workdir/files.ts';
import { findInheritedPack } from './workdir/quarantine.ts';

/**
 * Places the files again from the pack that is there: a changed or missing file needs no network either. The pack takes the
 * way of one that a server sends, both readers included.
 * @returns undefined when the pack is not usable, or the pin wants submodules
 */
export const restoreFromPack = async (context: SourceContext, incoming: Incoming): Promise<Unit[] | undefined> => {
  const { pin, log, workDir } = context;
  const pack = findInheritedPack(toLatin1Path(workDir.paths.git));
  if (pack === undefined || pin.submodules === 'yes') return undefined;
  const wanted = { path: '', url: pin.repoUrl, commitId: pin.commitSha };
  const reception = new Reception(
    receptionOptions(context, incoming, wanted, performance.now() + context.limits.TOTAL_MS),
  );
  try {
    const stored = new StoredPack(fsPath(`${pack.stem}.pack`));
    try {
      for (const chunk of stored.chunks()) {
        reception.sink.push(chunk);
        await reception.sink.settle();
      }
    } finally {
      stored.close();
    }
    const received = await reception.complete();
    log.info('restored the files from the objects that are there');
    return [unitOf(context, wanted, received)];
  } catch {
    // Whatever is wrong with what was inherited, the network decides.
    await reception.discard();
    return undefined;
  }
};
