// Read queries, one JSON string a line, and say what Grafana's grammar makes of each: how many
// error nodes there are, the shape of the tree, and the literals as they stand.
import { parser } from '@grafana/lezer-logql'
import { createInterface } from 'node:readline'

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const query = JSON.parse(line)
  const tree = parser.parse(query)
  const literals = []
  let errors = 0
  tree.iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) errors += 1
      if (type.name === 'String') literals.push(query.slice(from, to))
    },
  })
  process.stdout.write(JSON.stringify({ errors, shape: tree.toString(), literals }) + '\n')
}
