// The official KQL parser and binder on queries over given tables.
//
// usage: kusto_bind.js < {"tables": {table: {column: type}}, "queries": [...]} > JSON list of answers
//
// Each answer has the number of syntax errors, all errors as [code, start, length, message], and the columns of the
// result as [name, type], or null.
const home = process.env.RULEFOLD_KUSTO;
require(`${home}/bridge.min.js`);
require(`${home}/Kusto.Language.Bridge.min.js`);
const { KustoCode, GlobalState, Symbols } = Kusto.Language;

function items(list) {
  return Array.from({ length: list.Count }, (_, n) => list.getItem(n));
}

function workspace(tables) {
  const symbols = Object.entries(tables).map(([name, columns]) => {
    const schema = Object.entries(columns).map(([column, type]) => `['${column}']:${type}`).join(", ");
    return Symbols.TableSymbol.From(`(${schema})`).WithName(name);
  });
  const database = new Symbols.DatabaseSymbol.$ctor1("db", System.Array.init(symbols, Symbols.Symbol));
  if (database.Members.Count !== symbols.length) throw new Error("the tables are not in the database");
  return GlobalState.Default.WithDatabase(database);
}

function answer(text, globals) {
  const code = KustoCode.ParseAndAnalyze(text, globals);
  const errors = items(code.GetDiagnostics())
    .filter((one) => one.Severity === "Error")
    .map((one) => [one.Code, one.Start, one.Length, one.Message]);
  const columns = code.ResultType && code.ResultType.Columns;
  const syntax = code.GetSyntaxDiagnostics().Count || 0; // an empty list has no count
  return { syntax, errors, columns: columns ? items(columns).map((one) => [one.Name, one.Type.Name]) : null };
}

const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk));
process.stdin.on("end", () => {
  const { tables, queries } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  const globals = workspace(tables);
  process.stdout.write(JSON.stringify(queries.map((query) => answer(query, globals))));
});
