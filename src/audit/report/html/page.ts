import type { Verdict } from '../../result.ts';
import { chainView, linkViews } from './chain-view.ts';
import { chainOf } from './chain.ts';
import { findingsView } from './findings-view.ts';
import { headView, simulatedView, titleOf } from './head-view.ts';
import { html } from './html.ts';
import { Markup } from './markup.ts';
import { materialView } from './material-view.ts';
import { missingView, unprovedView } from './open-view.ts';
import { contentPolicy, STYLE } from './style.ts';

const FOOT =
  'Made by twl verify. This page is one file: it runs no script and fetches nothing. It is worth as much as whoever gave it to you: a page can be painted. Run the command yourself to know.';

/**
 * A verdict as one HTML page, for people who would rather look than read; ends with a line feed. It holds no script and no reference to
 * anything outside of it but links that somebody has to click; its content security policy lets it have no more. Whatever may be the
 * evidence's is escaped, marked where it is not plain ASCII, and of bounded length. Pure.
 */
export const renderHtml = (verdict: Verdict): string => {
  const links = chainOf(verdict.checks, verdict.only);
  const mark = verdict.simulated ? html` <span class="mark">SIMULATED</span>` : html``;
  return html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${contentPolicy()}">
<meta http-equiv="x-dns-prefetch-control" content="off">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${titleOf(verdict)}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body class="${verdict.simulated ? 'pretended' : 'real'}">
${simulatedView(verdict)}<main>
${headView(verdict)}<nav aria-labelledby="chain">
<h2 id="chain">The chain${mark}</h2>
<p class="quiet">Each link holds the next one. The state of a link is the worst of its checks that count; choose one to see them.</p>
${chainView(links)}</nav>
${missingView(verdict)}${unprovedView(verdict)}<section aria-labelledby="findings">
<h2 id="findings">Findings: these fail nothing${mark}</h2>
${findingsView(verdict.findings)}
</section>
<section aria-labelledby="links">
<h2 id="links">Link by link${mark}</h2>
<p class="quiet">Choose a check to see what it proves, what was expected and by whom, what was found, and where.</p>
${linkViews(links)}</section>
<section aria-labelledby="material">
<h2 id="material">What there is to read${mark}</h2>
<p class="quiet">What the checks looked at, worth what they came to. Characters that are not plain ASCII stand in a box with their code point; those that cannot be seen are written as escapes.</p>
${materialView(verdict)}</section>
</main>
<footer>
${simulatedView(verdict)}<p>${FOOT}</p>
</footer>
</body>
</html>
`.source;
};
