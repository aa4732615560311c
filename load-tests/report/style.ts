/** The report's looks. Colours can be told apart by eyes that see red and green alike (Okabe and Ito). */

export const style = `
:root { --text: #1c2024; --quiet: #60666d; --rule: #e1e4e8; --page: #fff; --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #cc79a7; --c4: #e69f00; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8eaed; --quiet: #9aa1a9; --rule: #34393f; --page: #16181b; --c0: #56b4e9; --c1: #f0894a; --c2: #2fc79b; --c3: #e0a0c4; --c4: #f0c04a; }
}
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 75rem; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } p, li { max-width: 48rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .8rem; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
tbody th { text-align: left; font-weight: 400; } thead th { color: var(--quiet); font-weight: 500; }
.legend { display: flex; flex-wrap: wrap; gap: 1.25rem; padding: 0; list-style: none; } .legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .4rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1.5rem 2rem; }
svg { width: 100%; height: auto; } svg text { fill: var(--text); font: 12px system-ui, sans-serif; } svg .title { font-weight: 600; font-size: 13px; } svg .tick { fill: var(--quiet); font-size: 11px; font-weight: 400; } svg .value { font-size: 11px; }
.grid { stroke: var(--rule); } .mark { stroke: var(--quiet); stroke-dasharray: 3 3; } .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
${[0, 1, 2, 3, 4].map((index) => `.line-${index} { stroke: var(--c${index}); } .bar-${index} { fill: var(--c${index}); } .legend .key-${index} { background: var(--c${index}); }`).join('\n')}
.statements { font-size: .85rem; } .statements th:last-child { text-align: left; }
.facts { color: var(--quiet); font-size: .9rem; } .facts dt { font-weight: 600; } .facts dd { margin: 0 0 .4rem; overflow-wrap: anywhere; }
`
