import { expect, test } from 'vitest';
import { renderHtml } from '../../../../src/audit/report/html/page.ts';
import type { Verdict } from '../../../../src/audit/result.ts';
import { countRequests, hasChromium, loadPage, titleIn, unlessChromium } from './chromium.ts';
import { everything, places, planted, plantedEverywhere } from './samples.ts';

const SCRIPTS = [
  '<script>document.title="owned"</script>',
  '<img src=x onerror="document.title=\'owned\'">',
  '<svg onload="document.title=\'owned\'"></svg>',
  '<details open ontoggle="document.title=\'owned\'"></details>',
];

/** What a browser would fetch, if it were let. */
const fetching = (origin: string): string[] => [
  `<img src="${origin}/img">`,
  `<img srcset="${origin}/srcset 1x">`,
  `<link rel=stylesheet href="${origin}/css">`,
  `<link rel=preload as=image href="${origin}/preload">`,
  `<script src="${origin}/script"></script>`,
  `<style>@import url(${origin}/import);body{background:url(${origin}/background)}</style>`,
  `<p style="background:url(${origin}/style)">x</p>`,
  `<iframe src="${origin}/iframe"></iframe>`,
  `<object data="${origin}/object"></object>`,
  `<video src="${origin}/video" poster="${origin}/poster" autoplay></video>`,
  `<svg><image href="${origin}/svg"/></svg>`,
];

/** Places that are links, and what would take the page away. */
const leaving = (origin: string): string[] => [
  `<meta http-equiv=refresh content="0;url=${origin}/refresh">`,
  `<base href="${origin}/"><link rel=preconnect href="${origin}"><link rel=prefetch href="${origin}/prefetch">`,
  `${origin}/link`,
];

const hostile = (origin: string): Verdict => {
  const texts = [...SCRIPTS, ...fetching(origin), ...leaving(origin)];
  const closed = texts.map((text) => `"></style></title></code>-->${text}`);
  const all = [...texts, ...closed];
  const one = places.reduce<Verdict>((_, path, at) => planted(path, all[at % all.length] ?? ''), everything);
  return {
    ...one,
    ...plantedEverywhere(texts.join('')),
    missing: all,
    facts: Object.fromEntries(
      all.flatMap((text, at) => [
        [`fact${at}`, text],
        [text, `${origin}/fact`],
      ]),
    ),
    pin: all.map((text) => `REPO_URL=${text}`),
    entryScript: { path: texts.join(''), size: 1, text: all.join('\n') },
  };
};

test.skipIf(!hasChromium)(`a page of hostile evidence runs nothing and fetches nothing${unlessChromium}`, async () => {
  const { origin, asked } = await countRequests();
  const dom = await loadPage(renderHtml(hostile(origin)));
  expect(dom).toContain(`href="${origin}/link"`);
  expect(dom).toContain('&lt;script&gt;');
  expect(titleIn(dom)).toMatch(/^REJECTED, judged for /);
  expect(asked).toEqual([]);
});

test.skipIf(!hasChromium)(`where the escaping failed, the policy would still hold${unlessChromium}`, async () => {
  const { origin, asked } = await countRequests();
  const broken = renderHtml(everything).replace('</main>', `${[...SCRIPTS, ...fetching(origin)].join('\n')}</main>`);
  const dom = await loadPage(broken);
  expect(dom).toContain(`<img src="${origin}/img">`);
  expect(titleIn(dom)).toBe('REJECTED, judged for 2026-08-13T09:20:00.000Z');
  // Chromium may open a connection for a frame before it sees that the policy forbids it; nothing is asked over it.
  expect(asked.filter((one) => one !== 'connection')).toEqual([]);
});

test.skipIf(!hasChromium)(`without either, all of it happens: the test would see it${unlessChromium}`, async () => {
  const { origin, asked } = await countRequests();
  const dom = await loadPage(`<title>a</title>${[...SCRIPTS, ...fetching(origin)].join('\n')}`);
  expect(titleIn(dom)).toBe('owned');
  expect(asked).toEqual(expect.arrayContaining(['/img', '/css', '/script', '/import', '/iframe']));
});
