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
const restore = () => {
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
const key = rule.lastElementChild.id;
if (key && target.matches("dl")) history.replaceState(null, "", `#${key}`);
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
form.open.addEventListener("click", () => { for (const rule of rules) if (!rule.hidden) rule.open = true; });
document.addEventListener("click", (event) => {
const found = /^#([a-z])(\d+)$/.exec(event.target.closest("a")?.getAttribute("href"));
const select = selects.find((one) => one.dataset.of === found?.[1]);
if (!select || event.ctrlKey || event.metaKey || event.shiftKey) return;
event.preventDefault();
select.selectedIndex = Number(found[2]);
change();
heading.focus({ preventScroll: true });
heading.scrollIntoView();
});
addEventListener("hashchange", restore);
form.hidden = false;
show();
restore();
})();
