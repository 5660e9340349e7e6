// Five plain lists in one pass by DuckDB on one thread: far less than "bot waf"
// makes, and what somebody would write who wants only these.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [file, from] = process.argv.slice(2);
const { DuckDBInstance } = await import(pathToFileURL(createRequire(from + '/x.js').resolve('@duckdb/node-api')));
const c = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
const r = await c.runAndReadAll(`select action, ip, cc, uri, matched, count(*) n from (
	select action, terminatingRuleId as matched, httpRequest.clientIp ip, httpRequest.country cc, httpRequest.uri uri
	from read_json('${file}', format = 'newline_delimited', columns = {action: 'VARCHAR', terminatingRuleId: 'VARCHAR',
		httpRequest: 'STRUCT(clientIp VARCHAR, country VARCHAR, uri VARCHAR)'}))
	group by grouping sets ((action), (ip), (cc), (uri), (matched)) order by n desc limit 50`);
console.log(r.getRows().length);
