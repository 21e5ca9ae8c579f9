import { describe, expect, test } from 'vitest';
import type { LogEvent } from '../../src/evidence/log-event.ts';
import { fold } from '../../src/evidence/replay.ts';
import { runtimeDigest } from '../../src/evidence/runtime-digest.ts';
import { splitLog } from '../../src/evidence/split-log.ts';
import { changed, firmware, hex, runtime } from './support.ts';

const BOOT: readonly LogEvent[] = [firmware(0, 0x11), runtime('app-id', hex('aa')), runtime('system-ready', hex(''))];
const APP = runtime('app', hex('01'));
const OTHER = runtime('other', hex('02'));

/** RTMR3 after these events. */
const after = (events: readonly LogEvent[]): Uint8Array =>
  fold(events.filter(({ register }) => register === 3).map((event) => runtimeDigest(event, 'an event')));

const split = (events: readonly LogEvent[], quoted: readonly LogEvent[]) => splitLog(events, after(quoted));

describe('splitLog', () => {
  test.each<[string, readonly LogEvent[], readonly LogEvent[]]>([
    ['at the end', BOOT, []],
    ['after the end of an application', [...BOOT, APP], []],
    ['before one event', BOOT, [APP]],
    ['before two events', BOOT, [APP, OTHER]],
    ['after system-ready alone', [runtime('system-ready', hex(''))], [APP]],
    ['between two events', [...BOOT, APP], [OTHER]],
    ['between two events that are the same', [...BOOT, APP], [APP]],
    ['before an event of a system name', BOOT, [APP, runtime('app-id', hex('bb'))]],
    ['before a second system-ready', BOOT, [runtime('system-ready', hex(''))]],
  ])('the quote is %s', (_, quoted, later) => {
    expect(split([...quoted, ...later], quoted)).toEqual({ quoted, later });
  });

  test('what other registers have stays, wherever it stands', () => {
    const late = firmware(1, 0x22);
    expect(split([...BOOT, APP, late, OTHER], BOOT)).toEqual({ quoted: [...BOOT, late], later: [APP, OTHER] });
  });

  test.each<[string, readonly LogEvent[], readonly LogEvent[]]>([
    ['before system-ready', [...BOOT, APP], BOOT.slice(0, 2)],
    ['before any event', [...BOOT, APP], []],
    ['at no place of the log', [...BOOT, APP], [...BOOT, OTHER]],
    ['of a longer log', BOOT, [...BOOT, APP]],
    ['of a log without system-ready', [...BOOT.slice(0, 2), APP], BOOT.slice(0, 2)],
    ['after an event whose digest is wrong', changed([...BOOT, APP], 1, { digest: hex('00') }), BOOT],
    ['before an event whose digest is wrong', changed([...BOOT, APP], BOOT.length, { digest: hex('00') }), BOOT],
    [
      'before two events, one with a wrong digest',
      changed([...BOOT, APP, OTHER], BOOT.length, { digest: hex('00') }),
      BOOT,
    ],
  ])('nothing is split off where the quote is %s', (_, events, quoted) => {
    expect(split(events, quoted)).toEqual({ quoted: events, later: [] });
  });
});
