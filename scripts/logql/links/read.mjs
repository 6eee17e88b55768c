// Read addresses, one JSON string a line, and say what Grafana takes from each: the parameters as
// its own `urlUtil` decodes them, the panes with their times, and the errors in queries for Loki.
// Panes are read as `parseURL.ts`, `migrators/v0.ts` and `migrators/v1.ts` do.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { parser } from '@grafana/lezer-logql'

const { dateMath, dateTime, urlUtil } = createRequire(import.meta.url)('@grafana/data')

function time(text) {
  if (typeof text !== 'string') return `not a string: ${text}`
  if (text.includes('now')) return dateMath.isValid(text) ? text : `not valid: ${text}`
  return /^\d+$/.test(text) ? dateTime(Number(text)).toISOString() : dateTime(text).toISOString()
}

function errors(query) {
  let found = 0
  parser.parse(query).iterate({ enter: ({ type }) => { if (type.isError) found += 1 } })
  return found
}

function pane(state) {
  const queries = state.queries.filter((query) => (query.datasource?.uid ?? state.datasource) === state.datasource)
  return {
    uid: state.datasource,
    from: time(state.range.from),
    to: time(state.range.to),
    queries: queries.map(({ expr, query }) => expr ?? query),
    errors: queries.filter(({ queryType, expr }) => expr && queryType !== 'traceql').map(({ expr }) => errors(expr)),
  }
}

function panes(fields) {
  if (fields.schemaVersion && fields.panes) return Object.values(JSON.parse(fields.panes)).map(pane)
  if (!fields.left) return []
  const left = JSON.parse(decodeURI(fields.left)) // as Grafana up to 10.0 does once more
  if (!Array.isArray(left)) return [pane(left)]
  const [from, to, datasource, ...queries] = left
  return [pane({ datasource, queries, range: { from, to } })]
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const fields = urlUtil.parseKeyValue(new URL(JSON.parse(line)).search.slice(1))
  const times = fields.from ? { from: time(fields.from), to: time(fields.to) } : {}
  process.stdout.write(JSON.stringify({ fields, panes: panes(fields), ...times }) + '\n')
}
