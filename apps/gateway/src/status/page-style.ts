/** The page's style sheet; contrast at least 4.5 : 1 in both schemes. */
export const style = `
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --ink: #16202b; --soft: #566270; --line: #dde2e8;
  --good: #14713d; --bad: #b3261e; --warn: #855300; --link: #1257a8 }
@media (prefers-color-scheme: dark) { :root { --ground: #11161c; --card: #1a2129; --ink: #e7ecf1; --soft: #9ba8b5;
  --line: #2e3842; --good: #5fd08d; --bad: #ff8a80; --warn: #f0b95a; --link: #86b9f5 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1rem; margin: 0 0 .5rem }
.verdict { margin: 0; font-weight: 600 } .verdict.good { color: var(--good) } .verdict.bad { color: var(--bad) }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1rem 0 }
.figure, section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem }
.figure { display: flex; flex-direction: column } .figure dd { margin: 0; font-size: 1.75rem; line-height: 1.2; font-variant-numeric: tabular-nums }
.figure dt { color: var(--soft); font-size: .875rem } .figure.bad dd, td.bad { color: var(--bad); font-weight: 650 }
section { margin: 0 0 .75rem } .wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .9375rem }
th, td { text-align: left; padding: .375rem .75rem .375rem 0; border-top: 1px solid var(--line); vertical-align: top; font-weight: 400 }
thead th { border-top: 0; color: var(--soft); font-size: .8125rem; white-space: nowrap } tbody th { font-weight: 600; white-space: nowrap }
.n { text-align: right; font-variant-numeric: tabular-nums } .zero { color: var(--soft) }
.state::before { content: ""; display: inline-block; width: .625rem; height: .625rem; border-radius: 50%; background: currentColor; margin-right: .4rem }
.state { font-weight: 600; white-space: nowrap } .ready { color: var(--good) } .not-ready { color: var(--warn) } .down { color: var(--bad) }
.why { display: block; color: var(--soft); font-size: .875rem; overflow-wrap: anywhere }
.quiet, footer { color: var(--soft); margin: .25rem 0 0; font-size: .9375rem } footer { font-size: .875rem; margin-top: 1rem }
.links { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem } a { color: var(--link) }
`;
