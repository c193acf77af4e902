"use strict";
(() => {
const form = document.getElementById("find"), heading = document.getElementById("h-rules");
const letters = document.querySelector(".letters"), output = form.querySelector("output");
const selects = [...form.querySelectorAll("select")], rules = [...document.querySelectorAll(".r")];
const texts = new Map(), total = rules.length.toLocaleString("en");
const textOf = (rule) => {
if (!texts.has(rule)) texts.set(rule, [...rule.querySelectorAll("h3, dd:not(.u), .d, pre, li")].map((one) => one.textContent).join("\n").toLowerCase());
return texts.get(rule);
};
const fits = (rule, words) => selects.every((one) => !one.selectedIndex || rule.dataset.in.split(" ").includes(one.dataset.of + one.selectedIndex))
&& words.every((word) => textOf(rule).includes(word));
const show = () => {
const words = form.q.value.toLowerCase().split(/\s+/).filter(Boolean);
let left = 0;
for (const rule of rules) left += !(rule.hidden = !fits(rule, words));
output.textContent = left ? `${left.toLocaleString("en")} of ${total} rules` : "No rule fits all of that";
form.open.disabled = !left;
if (letters) letters.hidden = left < rules.length;
};
const keep = () => {
const state = new URLSearchParams([...new FormData(form)].filter(([, value]) => value)).toString();
history.replaceState(null, "", state ? `#?${state}` : location.href.split("#")[0]);
};
const change = () => { show(); keep(); };
const clear = () => { form.q.value = ""; for (const one of selects) one.selectedIndex = 0; };
const groupOf = (hash) => {
const found = /^#([a-z])(\d+)$/.exec(hash), select = found && selects.find((one) => one.dataset.of === found[1]);
return select?.options[found[2]];
};
const choose = (option) => { clear(); option.selected = true; change(); heading.focus({ preventScroll: true }); heading.scrollIntoView(); };
const restore = () => {
const group = groupOf(location.hash);
if (group) { choose(group); return; }
if (location.hash.startsWith("#?")) {
const state = new URLSearchParams(location.hash.slice(2));
form.q.value = state.get("q") ?? "";
for (const one of selects) { one.value = state.get(one.name) ?? ""; if (one.selectedIndex < 0) one.selectedIndex = 0; }
show();
heading.scrollIntoView();
return;
}
const target = document.getElementById(location.hash.slice(1)), rule = target?.closest(".r");
if (!rule) return;
if (rule.hidden) { clear(); show(); }
if (target !== rule) rule.open = true;
target.scrollIntoView();
};
form.addEventListener("input", change);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", (event) => { event.preventDefault(); clear(); change(); form.q.focus(); });
form.addEventListener("keydown", (event) => {
if (event.key !== "Escape") return;
event.preventDefault();
if (form.q.value) form.q.value = ""; else clear();
change();
});
const copyButton = (pre) => {
const button = document.createElement("button");
button.type = "button";
button.textContent = "Copy";
button.addEventListener("click", () => navigator.clipboard.writeText(pre.textContent).then(
() => { button.textContent = "Copied"; }, () => getSelection().selectAllChildren(pre)));
pre.before(button);
};
document.addEventListener("toggle", (event) => {
const pre = event.target.matches(".r[open]") && event.target.querySelector("pre:not(.cut)");
if (pre && navigator.clipboard && !pre.previousElementSibling.matches("button")) copyButton(pre);
}, true);
form.open.addEventListener("click", () => { for (const rule of rules) if (!rule.hidden) rule.open = true; });
document.addEventListener("click", (event) => {
const group = groupOf(event.target.closest("a")?.getAttribute("href"));
if (!group || event.ctrlKey || event.metaKey || event.shiftKey) return;
event.preventDefault();
choose(group);
});
addEventListener("hashchange", restore);
form.hidden = false;
if (matchMedia("(max-width:699.9px)").matches) for (const one of document.querySelectorAll(".card")) one.open = false;
document.getElementById("lists").remove();
show();
restore();
})();
