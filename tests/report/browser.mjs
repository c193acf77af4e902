// What a real browser makes of a coverage page, or of the page of a catalogue.
//
//   node browser.mjs check PAGE [FRAGMENT]      prints what was measured, as JSON: tests/report/test_browser.py judges
//   node browser.mjs search PAGE WORD TACTIC CONNECTOR KEY [TEXT …]
//                                               the same of a search in the page of a catalogue: see searched below
//   node browser.mjs time PAGE WORD             how long that page takes to load, and for each key of a word, in ms
//   node browser.mjs shot PAGE PICTURE [option=value …]
//       width=1280 height=900 scheme=light|dark forced=active fragment=… open=SELECTOR at=SELECTOR full=yes scale=1
//       a PICTURE that ends in .pdf is printed
//
// RULEFOLD_NODE_MODULES names the folder with playwright-core and axe-core, RULEFOLD_CHROMIUM the browser.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const modules = resolve(process.env.RULEFOLD_NODE_MODULES ?? "node_modules");
const require = createRequire(modules + "/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--no-sandbox"];
const WIDTHS = [375, 768, 1024, 1280, 1600];

function launch() {
  const executablePath = process.env.RULEFOLD_CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}

// A page with what it asked for and complained of.  Scripts of the page itself cannot run under its policy; those of
// the test run beside it.
async function visit(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const requests = [], messages = [];
  page.on("request", (one) => requests.push(one.url().slice(0, 200)));
  page.on("console", (one) => messages.push(one.text()));
  page.on("pageerror", (one) => messages.push(String(one)));
  await page.goto(url);
  return { context, page, requests, messages };
}

const overflow = (page) => page.evaluate(() => {
  const root = document.documentElement;
  const wide = [...document.querySelectorAll("body *")].filter((one) => {
    if (one.closest(".scroll") && !one.matches(".scroll") || !one.checkVisibility()) return false;
    const box = one.getBoundingClientRect();
    return box.width > 0 && (box.right > root.clientWidth + 1 || box.left < -1) && !one.closest(".v, .skip");
  });
  return { pixels: root.scrollWidth - root.clientWidth, elements: wide.slice(0, 5).map((one) => one.outerHTML.slice(0, 120)) };
});

// Every cell in turn, as only one is open at a time: whether any reaches out of the page.
const overflowOfCells = (page) => page.evaluate(() => {
  const root = document.documentElement, found = [];
  for (const cell of document.querySelectorAll(".t li details")) {
    cell.open = true;
    const box = cell.lastElementChild.getBoundingClientRect();
    if (box.right > root.clientWidth + 1 || box.left < -1 || box.width < 200) found.push([cell.lastElementChild.id, box.left, box.right]);
    cell.open = false;
  }
  return found.slice(0, 5);
});

// A browser leaves out what is not on the screen until it is asked for; who measures wants all.
const drawAll = (page) => page.addStyleTag({ content: ".r{content-visibility:visible!important}" });

// Opens all that can be open at a time; of many rules some, as axe looks at each for as long as at a page.
const openAll = (page, most = Infinity) => page.evaluate((limit) => {
  const rules = [...document.querySelectorAll(".r")], step = Math.ceil(rules.length / limit) || 1;
  for (const one of document.querySelectorAll("main details:not(.m details, .r)")) one.open = true;
  rules.forEach((one, n) => { one.open ||= n % step === 0; });
}, most);

async function violations(page) {
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map((one) => `${one.id}: ${one.nodes.length} × ${one.nodes[0].html.slice(0, 160)} ${one.nodes[0].any[0]?.message ?? ""}`);
}

async function accessibility(browser, url, fragment, colorScheme) {
  const { context, page } = await visit(browser, url, { colorScheme, bypassCSP: true });
  await drawAll(page);
  await page.evaluate(axe);
  const closed = await violations(page);
  await page.evaluate((id) => { location.hash = id; }, fragment);
  await openAll(page, 60);
  const open = fragment ? await violations(page) : [];
  await context.close();
  return { closed, open };
}

async function keyboard(browser, url) {
  const { context, page } = await visit(browser, url);
  const focused = () => page.evaluate(() => ({ tag: document.activeElement.tagName, text: document.activeElement.textContent,
    outline: getComputedStyle(document.activeElement).outlineStyle, visible: document.activeElement.getBoundingClientRect().width > 9 }));
  await page.keyboard.press("Tab");
  const first = await focused();
  await page.keyboard.press("Enter");
  const skipped = await page.evaluate(() => location.hash);
  const opened = await page.evaluate(() => {
    const cell = document.querySelector(".t li summary");
    cell?.focus();
    return cell ? cell.parentElement.open : null;
  });
  await page.keyboard.press("Enter");
  const after = await page.evaluate(() => document.querySelector(".t li summary")?.parentElement.open ?? null);
  await page.keyboard.press("Tab");
  const inside = await page.evaluate(() => document.activeElement.closest(".t li details > div") !== null);
  await context.close();
  return { first, skipped, cell: { before: opened, after, inside }, ...(await tabOrder(browser, url)) };
}

// Whether tabbing reaches what can be reached in the order of the document: the first 200 stops.
async function tabOrder(browser, url) {
  const { context, page } = await visit(browser, url);
  const expected = await page.evaluate(() => {
    globalThis.stops = [...document.querySelectorAll("a[href], summary, input, select, button, [tabindex='0']")].filter((one) => one.checkVisibility());
    return Math.min(globalThis.stops.length, 200);
  });
  const places = [];
  for (let n = 0; n < expected; n++) {
    await page.keyboard.press("Tab");
    places.push(await page.evaluate(() => globalThis.stops.indexOf(document.activeElement)));
  }
  const strayed = places.findIndex((place, n) => place !== n);
  const stray = strayed < 0 ? null : await page.evaluate((n) => globalThis.stops[n].outerHTML.slice(0, 200), strayed);
  await context.close();
  return { stops: expected, stray };
}

async function fragmentOpens(browser, url, fragment) {
  const { context, page } = await visit(browser, `${url}#${encodeURI(fragment)}`, { reducedMotion: "reduce" });
  const found = await page.evaluate((id) => {
    const target = document.getElementById(id), box = target.getBoundingClientRect();
    return { open: target.checkVisibility(), seen: box.bottom > 0 && box.top < innerHeight,
      others: document.querySelectorAll(".t li details[open]").length };
  }, fragment);
  await context.close();
  return found;
}

async function forcedColours(browser, url) {
  const { context, page } = await visit(browser, url, { forcedColors: "active" });
  const found = await page.evaluate(() => [...document.querySelectorAll(".t li summary, .e a, .card, .legend b, .r summary b, pre, input, select, button")].filter((one) => {
    const style = getComputedStyle(one);
    return style.borderTopStyle === "none" || parseFloat(style.borderTopWidth) < 1 || style.borderTopColor === style.backgroundColor;
  }).map((one) => one.outerHTML.slice(0, 120)));
  await context.close();
  return found.slice(0, 5);
}

async function printed(browser, url) {
  const { context, page } = await visit(browser, url);
  await page.emulateMedia({ media: "print" });
  const tools = await page.evaluate(() => [...document.querySelectorAll("nav, form, button, .skip")]
    .filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 120)));
  const data = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
  await context.close();
  const size = /\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)/.exec(data);
  return { tools, pages: (data.match(/\/Type\s*\/Page\b/g) ?? []).length, width: Number(size[1]), height: Number(size[2]) };
}

async function check(path, fragment) {
  const url = pathToFileURL(resolve(path)).href;
  const browser = await launch();
  const { context, page, requests, messages } = await visit(browser, url);
  await drawAll(page);
  const widths = {};
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    widths[width] = { ...(await overflow(page)), cells: await overflowOfCells(page) };
  }
  await openAll(page);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    widths[`${width} opened`] = { ...(await overflow(page)), cells: [] };
  }
  await context.close();
  const found = {
    requests, messages, widths,
    axe: { light: await accessibility(browser, url, fragment, "light"), dark: await accessibility(browser, url, fragment, "dark") },
    keyboard: await keyboard(browser, url),
    fragment: fragment ? await fragmentOpens(browser, url, fragment) : null,
    borderless: await forcedColours(browser, url),
    pdf: await printed(browser, url),
  };
  await browser.close();
  console.log(JSON.stringify(found, null, 1));
}

// What is left of the rules, as titles; what the page says of it, and where.
const state = (page) => page.evaluate(() => {
  const rules = [...document.querySelectorAll(".r")].filter((one) => one.checkVisibility());
  const output = document.querySelector("output"), form = document.querySelector("form");
  return { titles: rules.map((one) => one.querySelector("h3").textContent), open: rules.filter((one) => one.open).length,
    said: output.textContent, live: output.getAttribute("aria-live"), form: form.checkVisibility(), hash: location.hash,
    focused: document.activeElement.id };
});

// A search step by step: a word; Escape; a tactic and a connector; the same again from the address; the fragment of a
// rule that the search has left out; everything cleared; a group of the first card, with another filter set; its rules
// opened, and the query of one copied; other texts; a group from the address, twice, and everything cleared; and without
// script a rule, a group, and all again.
async function searched(path, word, tactic, connector, key, ...texts) {
  const url = pathToFileURL(resolve(path)).href, browser = await launch(), found = {};
  const { context, page, requests, messages } = await visit(browser, url, { reducedMotion: "reduce" });
  const step = async (name) => { found[name] = await state(page); };
  await step("start");
  await page.locator("input[name=q]").pressSequentially(word);
  await step("word");
  await page.keyboard.press("Enter");
  await step("entered");
  await page.keyboard.press("Escape");
  await step("escape");
  await page.locator("select[name=tactic]").selectOption(tactic);
  await step("tactic");
  await page.locator("select[name=connector]").selectOption(connector);
  await step("both");
  await page.reload();
  await step("again");
  await page.evaluate((id) => { location.hash = id; }, key);
  await page.waitForTimeout(100);
  await step("fragment");
  await page.locator("input[name=q]").fill("qqqqqzzzzz");
  await step("nothing");
  await page.locator("button[type=reset]").click();
  await step("cleared");
  await page.locator("select[name=type]").selectOption({ index: 1 });
  const group = page.locator(".card.tactic").getByRole("link", { name: tactic, exact: true });
  await group.click();
  await step("card");
  await page.locator("button[name=open]").click();
  await step("opened");
  found.copied = await copied(page);
  found.texts = [];
  for (const text of texts) {
    await page.locator("button[type=reset]").click();
    await page.locator("input[name=q]").fill(text);
    found.texts.push(await state(page));
  }
  found.requests = requests.length;
  found.messages = messages;
  const linked = await visit(browser, url + (await group.getAttribute("href")));
  found.group = await state(linked.page);
  await linked.page.evaluate((href) => { location.hash = href; }, await group.getAttribute("href"));
  await linked.page.waitForTimeout(100);
  await linked.page.locator("button[type=reset]").click();
  found.groupCleared = await state(linked.page);
  await context.close();
  const bare = await visit(browser, `${url}#${key}`, { javaScriptEnabled: false, reducedMotion: "reduce" });
  found.bare = await state(bare.page);
  await bare.page.locator(".card.tactic").getByRole("link", { name: tactic, exact: true }).click();
  found.bareGroup = { ...(await state(bare.page)), ...(await bare.page.evaluate(() => {
    const own = document.querySelector(".only:target"), box = own.getBoundingClientRect();
    return { text: own.textContent.trim(), seen: box.top >= 0 && box.bottom < innerHeight };
  })) };
  await bare.page.locator(".only:target a").click();
  found.bareAll = await state(bare.page);
  await browser.close();
  console.log(JSON.stringify(found, null, 1));
}

// What the first button of a query copies, and the query; and whether it says so.
async function copied(page) {
  await page.evaluate(() => {
    globalThis.copied = [];
    navigator.clipboard.writeText = (text) => { globalThis.copied.push(text); return Promise.resolve(); };
  });
  const button = page.locator(".r button").locator("visible=true").first();
  await button.click();
  return { said: await button.textContent(), text: await page.evaluate(() => globalThis.copied[0]),
    query: await button.evaluate((one) => one.nextElementSibling.textContent) };
}

// How long a page takes to load and each key of a word to be answered: until the frame after it is drawn.
async function timed(path, word) {
  const browser = await launch();
  const { page } = await visit(browser, pathToFileURL(resolve(path)).href);
  const load = await page.evaluate(() => performance.getEntriesByType("navigation")[0].duration);
  const key = (text) => page.evaluate((value) => new Promise((answered) => {
    const field = document.querySelector("input[name=q]"), begin = performance.now();
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    const script = performance.now() - begin;
    document.body.getBoundingClientRect();
    const laid = performance.now() - begin;
    requestAnimationFrame(() => setTimeout(() => answered([script, laid, performance.now() - begin].map(Math.round))));
  }), text);
  const keys = [];
  for (let n = 1; n <= word.length; n++) keys.push(await key(word.slice(0, n)));
  for (let n = word.length - 1; n >= 0; n--) keys.push(await key(word.slice(0, n)));
  await browser.close();
  console.log(JSON.stringify({ load, keys }));
}

async function shot(path, picture, options) {
  const browser = await launch();
  const url = pathToFileURL(resolve(path)).href + (options.fragment ? `#${options.fragment}` : "");
  const viewport = { width: Number(options.width ?? 1280), height: Number(options.height ?? 900) };
  const { page } = await visit(browser, url, { viewport, colorScheme: options.scheme ?? "light",
    forcedColors: options.forced ?? "none", deviceScaleFactor: Number(options.scale ?? 1), reducedMotion: "reduce" });
  if (options.open) await page.evaluate((one) => document.querySelectorAll(one).forEach((found) => { found.open = true; }), options.open);
  if (options.at) await page.evaluate((one) => document.querySelector(one).scrollIntoView(), options.at);
  if (picture.endsWith(".pdf")) await page.pdf({ path: picture, preferCSSPageSize: true, printBackground: true });
  else await page.screenshot({ path: picture, fullPage: options.full === "yes" });
  await browser.close();
}

const [command, path, ...rest] = process.argv.slice(2);
if (command === "check") await check(path, rest[0] ?? "");
else if (command === "search") await searched(path, ...rest);
else if (command === "time") await timed(path, ...rest);
else if (command === "shot") await shot(path, rest[0], Object.fromEntries(rest.slice(1).map((one) => one.split(/=(.*)/s))));
else throw new Error("expected check, search, time or shot");
