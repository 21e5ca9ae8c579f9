import { createHash } from 'node:crypto';

/** By day, and on paper. Each pair of text and background has a contrast of 4.5 at least (WCAG 2.2, 1.4.3). */
const LIGHT = `
--page:#f6f5f2;--card:#ffffff;--sunk:#f0efeb;--line:#d9d7d0;--text:#1d1f22;--quiet:#5b5f66;--link:#0b57a4;
--passed:#1a6e41;--failed:#b1231b;--not-bound:#8a4b00;--not-checked:#565c66;--not-asked:#656b74;--pretended:#6a3fa0;
--tint-passed:#e9f4ed;--tint-failed:#fbeae8;--tint-not-bound:#fbf1e1;--tint-not-checked:#eeeff1;--tint-not-asked:#eeeff1;--odd:#ffe9a8;
`;

const DARK = `
--page:#131518;--card:#1b1e22;--sunk:#24282d;--line:#363b42;--text:#e7e8ea;--quiet:#a8aeb7;--link:#8abdf5;
--passed:#6fcf97;--failed:#ff9188;--not-bound:#f3b75b;--not-checked:#b0b7c1;--not-asked:#9aa1ab;--pretended:#c5a5f3;
--tint-passed:#1a2e23;--tint-failed:#3a2120;--tint-not-bound:#352a18;--tint-not-checked:#272b31;--tint-not-asked:#272b31;--odd:#5a4708;
`;

/** Where the hardware is pretended nothing is green. */
const PRETENDED_LIGHT = '--passed:#6a3fa0;--tint-passed:#f1ebf9;';
const PRETENDED_DARK = '--passed:#c5a5f3;--tint-passed:#2a2338;';

const BASE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
main,footer{max-width:1120px;margin:0 auto;padding:0 20px}
h1,h2,h3,h4,p,ul,ol,dl,dd,pre{margin:0}
h2{font-size:1.35rem;line-height:1.25;margin:2.75rem 0 .5rem}
h3{font-size:1.08rem;line-height:1.3}
h4{margin:.75rem 0 .25rem}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.875em}
a{color:var(--link)}
svg{width:1.15em;height:1.15em;flex:none;vertical-align:-.2em}
.in{stroke:var(--card)}
.quiet,.note{color:var(--quiet);font-size:.92rem}
.none,.cut{color:var(--quiet);font-style:italic}
.plain{padding-left:1.2rem}
.plain li+li{margin-top:.3rem}
dl{display:grid;grid-template-columns:minmax(6.5rem,max-content) minmax(0,1fr);gap:.35rem 1rem}
dt{color:var(--quiet)}
dd,.came,.findings p,.plain li{white-space:break-spaces}
dd .plain{padding-left:1.1rem}
:target{scroll-margin-top:1rem}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
`;

/** Text of the evidence that is not what it seems. */
const ODD = `
.odd,.esc{unicode-bidi:isolate;direction:ltr;border-radius:3px;padding:0 .15em;background:var(--odd);color:var(--text)}
.odd{outline:1px solid var(--not-bound)}
.odd small{margin-left:.25em;font:.72em ui-monospace,monospace}
.esc{font-family:ui-monospace,monospace}
`;

const STATES = ['passed', 'failed', 'not-bound', 'not-checked', 'not-asked']
  .map((state) => `.${state}{--state:var(--${state});--tint:var(--tint-${state})}`)
  .join('\n');

const HEAD = `
.simulated{display:flex;gap:.75rem;align-items:center;justify-content:center;margin:0;padding:.7rem 20px;color:var(--card);background:var(--pretended)}
.simulated svg{width:1.6rem;height:1.6rem}
.mark{display:inline-block;vertical-align:.12em;margin-left:.4rem;padding:.1rem .5rem;border:1.5px solid var(--pretended);border-radius:4px;color:var(--pretended);font-size:.72rem;font-weight:700;letter-spacing:.08em}
.verdict{margin-top:1.75rem;padding:1.75rem 2rem 1.6rem;background:var(--card);border:1px solid var(--line);border-left:8px solid var(--state);border-radius:10px}
.kind{color:var(--quiet)}
h1{display:flex;gap:.8rem;align-items:center;margin:.35rem 0 .6rem;color:var(--state);font-size:clamp(1.9rem,6vw,3rem);line-height:1.1;letter-spacing:-.01em}
h1 svg{width:1.1em;height:1.1em}
h1 small{display:block;font-size:.4em;letter-spacing:.1em;color:var(--pretended)}
.plainly{max-width:46rem;font-size:1.2rem;line-height:1.45;margin-bottom:.75rem}
.about{margin:1.2rem 0;padding-top:1.1rem;border-top:1px solid var(--line)}
.about dd{display:flex;flex-wrap:wrap;gap:0 .9rem;align-items:baseline;white-space:normal}
.about dd>code{flex:1 1 22rem}
`;

const CHAIN = `
.state{color:var(--state);font-weight:600;font-size:.9rem;white-space:nowrap}
.chain{list-style:none;display:grid;grid-template-columns:repeat(9,minmax(0,1fr));padding:1.1rem 0 0}
.chain li{position:relative}
.chain li+li::before{content:"";position:absolute;top:27px;right:calc(50% + 30px);width:calc(100% - 60px);border-top:4px solid var(--state)}
.chain li.not-bound::before,.chain li.not-checked::before{border-top-style:dashed}
.chain li.failed::before,.chain li.not-asked::before{border-top-style:dotted}
.chain a{display:flex;flex-direction:column;align-items:center;gap:.55rem;padding:0 .3rem;color:inherit;text-align:center;text-decoration:none}
.node{display:grid;place-items:center;width:56px;height:56px;flex:none;border:3px solid var(--state);border-radius:50%;background:var(--tint);color:var(--state)}
.node svg{width:28px;height:28px}
.not-checked>a>.node,.not-bound>a>.node{border-style:dashed}
.not-asked>a>.node{border-style:dotted}
.words{display:flex;flex-direction:column;gap:.15rem}
.chain b{text-decoration:underline;text-decoration-color:var(--line);text-underline-offset:.2em}
.chain a:hover b{text-decoration-color:currentColor}
.chain .asks{font-size:.8rem;line-height:1.35;color:var(--quiet)}
.chain .state{font-size:.84rem;order:-1}
.chain .words b{order:-2}
`;

const LINKS = `
.missing{margin-top:2.25rem;padding:1.1rem 1.4rem 1.25rem;background:var(--card);border:1px solid var(--line);border-left:8px solid var(--not-checked);border-radius:10px}
.missing h2{margin-top:0}
section>h3{margin:1rem 0 .35rem}
.link{margin-top:1.1rem;padding:1.1rem 1.4rem .6rem;background:var(--card);border:1px solid var(--line);border-radius:10px}
.link>h3{display:flex;flex-wrap:wrap;gap:.35rem .8rem;align-items:center;margin:0}
.link>h3 .node{width:40px;height:40px;border-width:2px}
.link>h3 .node svg{width:20px;height:20px}
.link>h3 .state{margin-left:auto;font-size:1rem}
.link>.asks{margin:.2rem 0 .7rem;color:var(--quiet)}
.check{margin:0 -1.4rem;padding:0 1.4rem;border-top:1px solid var(--line)}
summary{cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
.check>summary{display:grid;grid-template-columns:8.5rem minmax(0,1fr) 1.2rem;gap:0 1rem;padding:.6rem 0}
summary::after{content:"+";color:var(--quiet);font-weight:700;text-align:center}
[open]>summary::after{content:"\\2013"}
.check>summary::after{grid-column:3;grid-row:1}
.check>summary>.state{grid-row:1/3;white-space:normal}
.check .what code{margin-left:.35rem;color:var(--quiet)}
.check .state small{display:block;padding-left:1.35rem;font-weight:400}
.came{grid-column:2;color:var(--quiet)}
.check[open]{background:var(--tint)}
.check[open] .came,.check[open] .what code,.check[open] dt,.check[open]>summary::after{color:var(--text)}
.check[open]>dl{padding:.3rem 0 1.1rem}
.findings{list-style:none;padding:0}
.findings>li{margin-top:.6rem;padding:.8rem 1.1rem;background:var(--card);border:1px solid var(--line);border-radius:10px}
.findings dl{margin-top:.35rem;font-size:.92rem}
`;

const MATERIAL = `
.block{margin-top:.9rem;padding:0 1.4rem;background:var(--card);border:1px solid var(--line);border-radius:10px}
.block>summary{display:flex;gap:1rem;justify-content:space-between;align-items:center;padding:.9rem 0}
.block[open]{padding-bottom:1.2rem}
.block .facts{margin-top:.4rem}
.paths{margin:.5rem 0;padding-left:1.2rem}
.code{margin-top:.7rem;padding:.6rem 0;background:var(--sunk);border:1px solid var(--line);border-radius:6px;font-size:.9rem;line-height:1.5}
.line{display:grid;grid-template-columns:3.6rem minmax(0,1fr);padding-right:.8rem}
.line code{white-space:break-spaces;font-size:inherit}
.line i{padding-right:.9rem;text-align:right;color:var(--quiet);font-style:normal;user-select:none}
.added{background:var(--tint-not-bound)}
.removed{background:var(--tint-not-checked)}
.removed code{text-decoration:line-through}
footer{margin-top:3rem;padding-bottom:2.5rem;color:var(--quiet);font-size:.92rem}
footer>p:last-child{padding-top:1rem;border-top:1px solid var(--line)}
footer .simulated{margin-bottom:1rem;border-radius:10px}
`;

/** Below this nine links do not fit beside each other. */
const NARROW = `
@media (max-width:900px){
.chain{grid-template-columns:minmax(0,1fr)}
.chain li+li::before{top:-22px;right:auto;left:21px;width:0;height:22px;border-top:0;border-left:4px solid var(--state)}
.chain li.not-bound::before,.chain li.not-checked::before{border-left-style:dashed}
.chain li.failed::before,.chain li.not-asked::before{border-left-style:dotted}
.chain a{display:grid;grid-template-columns:46px minmax(0,1fr);gap:.9rem;padding:0 0 22px;text-align:left}
.chain .node{width:46px;height:46px}
.chain .node svg{width:24px;height:24px}
.words{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 .75rem;align-content:center}
.chain .asks{grid-column:1/3}
}
@media (max-width:600px){
main,footer{padding:0 14px}
.verdict{margin-top:1rem;padding:1.2rem 1.1rem 1.1rem}
.plainly{font-size:1.1rem}
dl{grid-template-columns:minmax(0,1fr);gap:0}
dd{margin-bottom:.55rem}
.link,.block,.missing{padding-left:1rem;padding-right:1rem}
.check{margin:0 -1rem;padding:0 1rem}
.check>summary{grid-template-columns:minmax(0,1fr) 1.2rem}
.check>summary::after{grid-column:2}
.check>summary>.state{grid-row:auto}
.what,.came{grid-column:1/3}
.check .state small{display:inline;padding:0}
.check .what code{margin:0}
.line{grid-template-columns:2.6rem minmax(0,1fr)}
.line i{padding-right:.5rem}
}
`;

const PRINT = `
@media print{
:root{${LIGHT}--page:#ffffff}
.pretended{${PRETENDED_LIGHT}}
@page{margin:13mm}
html{font-size:9.5pt}
body{font-size:9.5pt;line-height:1.4}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
main,footer{max-width:none;padding:0}
details::details-content{content-visibility:visible;display:block;height:auto}
summary::after{display:none}
.check>summary{padding:.3rem 0 0}
.check>dl,.check[open]>dl{gap:.1rem 1rem;padding:.1rem 0 .5rem}
.link,.block{margin-top:.7rem;padding-top:.6rem}
.block>summary{padding:.3rem 0}
h2{margin-top:1.6rem}
.verdict,.chain,.findings>li,.missing,dd,.check>summary{break-inside:avoid}
h2,h3,h2+.quiet,.asks{break-after:avoid}
.link>h3{break-inside:avoid}
.chain{padding-top:.6rem}
.chain a{padding-bottom:9px}
.chain li+li::before{top:-9px;left:15px;height:9px}
.chain .node{width:34px;height:34px}
.chain .node svg{width:18px;height:18px}
}
`;

const COLOURS = `:root{color-scheme:light dark;${LIGHT}}
.pretended{${PRETENDED_LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}
.pretended{${PRETENDED_DARK}}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
`;

/** Of the page, whole: it names nothing outside of it. */
export const STYLE: string = [COLOURS, BASE, ODD, STATES, HEAD, CHAIN, LINKS, MATERIAL, NARROW, PRINT].join('');

/**
 * What the page may do (Content Security Policy Level 3): be shown with this very style, and nothing else. No script runs, nothing is
 * loaded, no form is sent, and no address is read relative to another one.
 */
export const contentPolicy = (): string => {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
};
