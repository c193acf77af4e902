// The official KQL parser on a script of commands.
//
// usage: kusto.js < JSON list of scripts > JSON list of what the parser says of each
//
// Each answer has the messages of its syntax errors, and for a function: its name, its properties, and its body as text.
const home = process.env.RULEFOLD_KUSTO;
require(`${home}/bridge.min.js`);
require(`${home}/Kusto.Language.Bridge.min.js`);
const { KustoCode } = Kusto.Language;

function judged(text) {
  const code = KustoCode.Parse(text);
  const found = code.GetSyntaxDiagnostics();
  const errors = [];
  for (let n = 0; n < found.Count; n++) errors.push(found.getItem(n).Message);
  const answer = { kind: code.Kind, errors, literals: [], bodies: [] };
  walk(code.Syntax, answer);
  return answer;
}

function walk(node, answer) {
  if (node == null) return;
  const kind = node.constructor.$$name || "";
  if (kind.endsWith("FunctionBody")) {
    answer.bodies.push(node.ToString(Kusto.Language.Syntax.IncludeTrivia.All));
    return;
  }
  if (kind.endsWith("LiteralExpression")) answer.literals.push(String(node.LiteralValue));
  for (let n = 0; n < node.ChildCount; n++) walk(node.GetChild(n), answer);
}

const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk));
process.stdin.on("end", () => {
  const scripts = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  process.stdout.write(JSON.stringify(scripts.map(judged)));
});
