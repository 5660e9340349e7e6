// The same lists as "bot waf" makes, by DuckDB on one thread. Prints them as
// JSON; NODE_PATH or the folder it is run in must hold @duckdb/node-api.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [file, from] = process.argv.slice(2);
const { DuckDBInstance } = await import(pathToFileURL(createRequire(from + '/x.js').resolve('@duckdb/node-api')));
const c = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
const rows = async (q) => (await c.runAndReadAll(q)).getRows();
const headers = (name) => `list_filter(httpRequest.headers, lambda h: lower(h.name) = '${name}')[-1].value`;
await rows(`create temp table t as select timestamp ts, action, httpRequest.clientIp ip, httpRequest.country cc, httpRequest.uri uri, httpRequest.httpMethod m,
	${headers('host')} host, ${headers('user-agent')} ua, labels,
	terminatingRuleId || coalesce(' › ' || list_filter(ruleGroupList, lambda g: g.terminatingRule is not null)[1].terminatingRule.ruleId, '') as matched
	from read_json('${file}', format = 'newline_delimited', columns = {timestamp: 'BIGINT', action: 'VARCHAR', terminatingRuleId: 'VARCHAR',
		httpRequest: 'STRUCT(clientIp VARCHAR, country VARCHAR, uri VARCHAR, httpMethod VARCHAR, headers STRUCT("name" VARCHAR, "value" VARCHAR)[])',
		ruleGroupList: 'STRUCT(ruleGroupId VARCHAR, terminatingRule STRUCT(ruleId VARCHAR))[]', labels: 'STRUCT("name" VARCHAR)[]'})`);
const out = {};
for (const [name, k] of Object.entries({ addresses: 'ip', networks: "regexp_replace(ip, '[.][0-9]+$', '')", countries: 'cc', paths: 'uri', methods: 'm', hosts: 'host', agents: 'ua', rules: 'matched' })) {
	for (const [side, w] of Object.entries({ stopped: "action <> 'ALLOW'", passed: "action = 'ALLOW'" })) {
		const top = await rows(`select ${k} k, count(*) n from t where ${w} group by k order by n desc, k limit 10`);
		const [[distinct]] = await rows(`select count(distinct ${k}) from t where ${w}`);
		out[`${side} ${name}`] = { distinct: Number(distinct), top: top.map(([key, n]) => [key, Number(n)]) };
	}
}
await rows('select l.name, count(*) n from (select unnest(labels) l from t) group by 1 order by n desc limit 10');
await rows('select action, count(*), min(ts), max(ts) from t group by 1');
console.log(JSON.stringify(out));
