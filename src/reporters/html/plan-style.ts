/** The look of plan.html, besides what all pages share. */

export const PLAN_STYLE = `
#bar{position:sticky;top:0;z-index:2;background:var(--ground);border-bottom:1px solid var(--line);padding:.6rem 0;margin-bottom:1rem}
#bar .numbers{margin:.5rem 0;gap:.5rem}
#bar .numbers li{padding:.25rem .8rem;min-width:6rem}
#bar .numbers b{font-size:1.15rem}
#bar ul:not(.numbers){max-height:9rem;overflow-y:auto;margin:.3rem 0;padding-left:1.3rem}
.line{display:flex;flex-wrap:wrap;gap:.5rem .8rem;align-items:center}
progress{width:14rem;max-width:100%;accent-color:var(--good)}
form#filter{position:static;border:0;margin:0;padding:.4rem 0}
button{font:inherit;color:var(--text);background:var(--panel);border:1px solid var(--soft);border-radius:6px;padding:.3rem .8rem;cursor:pointer}
button:hover:not(:disabled){border-color:var(--text)}
button:disabled{color:var(--soft);cursor:default;border-style:dashed}
button.main{background:var(--link);color:var(--ground);border-color:var(--link);font-weight:600}
button.main:disabled{background:var(--panel);color:var(--soft)}
button.link{background:none;border:0;padding:0;color:var(--link);text-decoration:underline;text-align:left}
.card{border:1px solid var(--line);border-left:4px solid var(--soft);border-radius:8px;padding:.8rem 1rem;margin:1rem 0;background:var(--ground);scroll-margin-top:15rem;overflow-wrap:anywhere}
.card[data-state=decided]{border-left-color:var(--good)}
.card[data-state=refused]{border-left-color:var(--error)}
.card[data-state=decided] .state{color:var(--good)}
.card[data-state=refused] .state{color:var(--error)}
.state{border:1px solid var(--line);border-radius:9px;padding:0 .5rem;margin-left:.3rem}
.card h3{margin:.2rem 0 .6rem;font-size:1.1rem}
.card figure{margin:.6rem 0}
.card details{margin:.6rem 0}
.card fieldset{display:block;margin:.6rem 0;min-width:0}
.card select,.field{min-width:0}
legend{font-weight:600;padding:0}
.intention{display:flex;gap:.4rem;align-items:baseline;white-space:normal;padding:.15rem 0;max-width:60rem}
.intention>*{flex:none}
.further{margin:.2rem 0 .6rem 1.6rem;display:flex;flex-wrap:wrap;gap:.4rem 1rem}
.giving{display:flex;flex-wrap:wrap;gap:.3rem .8rem;align-items:center;width:100%}
.field{display:inline-flex;flex-wrap:wrap;gap:.2rem .4rem;align-items:center;white-space:normal;max-width:100%}
input[type=text]{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--soft);border-radius:6px;padding:.25rem .5rem;max-width:100%;min-width:0}
.row{border-top:1px solid var(--line);padding:.5rem 0;display:flex;flex-wrap:wrap;gap:.4rem .9rem}
.row p{width:100%}
kbd{font:.85em ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;border:1px solid var(--line);border-radius:4px;padding:0 .3rem;background:var(--panel);color:var(--text)}
dialog{max-width:44rem;color:var(--text);background:var(--ground);border:1px solid var(--soft);border-radius:8px;padding:1.2rem}
dialog::backdrop{background:#0007}
.effect ul{margin:.2rem 0 .5rem;padding-left:1.3rem}
.commands{white-space:pre-wrap;overflow-wrap:anywhere}
@media (max-width:40rem){#bar{position:static}.card{scroll-margin-top:1rem;padding:.7rem}}
@media screen and (max-width:40rem){.card tbody,.card tbody tr,.card tbody tr>*{display:block}.card thead{display:none}.card tbody tr{border-top:1px solid var(--line);padding:.3rem 0}.card tbody td{position:relative;max-width:none;padding-left:7.5rem;overflow-wrap:anywhere}.card tbody td:empty{display:none}.card tbody th::before{content:"account "}.card tbody td::before{content:attr(data-h);position:absolute;left:0;color:var(--soft);font:600 .8rem/1.5 system-ui,sans-serif}}
#printed{display:none}
@media print{button:not(.link),#filter,#keys,#kept,nav,.quiet,.card details:not([open]),.single,.card kbd{display:none}#printed{display:block}#bar{position:static}#bar ul:not(.numbers){max-height:none;overflow:visible}.card{break-inside:avoid}.card th{white-space:normal;overflow-wrap:normal}.list td:not(.long){white-space:normal}.list .long{min-width:0}.card td:not(:nth-child(4),:nth-child(5)),.list td{overflow-wrap:anywhere}.card figure svg{max-width:100%;height:auto}.intention:has(input:checked){font-weight:600}}
`;
