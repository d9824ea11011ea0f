import { targetFormats } from '../engine/sink/targets.ts';
import { formatKinds, formatNotes, textOptions } from '../protocol/formatOptions.ts';
import { version } from './version.ts';

export const versionText = `rowriver ${version}\n`;

/** Lines of the help are no longer than this, and what an option does begins in this column. */
const [lineLength, column] = [80, 22];

/** An option and what it does, in lines. */
function option(name: string, text: string): string {
  const lines = [`      ${name}`.padEnd(column)];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    const longer = `${lines[last]}${lines[last].endsWith(' ') ? '' : ' '}${word}`;
    if (longer.length <= lineLength) lines[last] = longer;
    else lines.push(`${' '.repeat(column)}${word}`);
  }
  return lines.join('\n');
}

function listOf(names: readonly (readonly [string, string | undefined])[]): string {
  const list = names.map(([name, note]) => (note === undefined ? name : `${name} (${note})`)).join(', ');
  return list.replace(/, ([^,]*)$/, ' or $1');
}

const formatList = listOf(formatKinds.map((kind) => [kind, formatNotes[kind]]));
const targetList = listOf(Object.entries(targetFormats).map(([name, { note }]) => [name, note]));
const targetEndings = Object.values(targetFormats)
  .flatMap(({ endings }) => endings)
  .join(' ');

const textHelp = Object.entries(textOptions)
  .map(([name, { value, help }]) => option(`--${name} ${value}`, help))
  .join('\n');

export const helpText = `Usage: rowriver FILE... [QUERY] [options]
       rowriver diff OLD NEW --key FIELD... [QUERY] [options]
       rowriver resume [OUT] [--discard]
       rowriver new-stage NAME
       rowriver serve FILE... [--port N]
       rowriver mcp [--root DIR]... [--allow-export]

Filters and converts JSONL, CSV, TSV and JSON files of any size, plain or
compressed (.gz, .zst). Files are not loaded: records stream from FILE (a path,
a named pipe, an http or https address, or - for standard input) to standard
output. Several files, a quoted pattern or a folder are read as one table.

  rowriver events.jsonl "status >= 500 AND user.country = 'DE'"
  rowriver events.csv "message LIKE '%timeout%'" --to jsonl -o timeouts.jsonl
  rowriver events.jsonl "|> SELECT id, url |> LIMIT 100" --to csv
  rowriver https://example.org/log.jsonl.gz "level = 'error'" --count
  rowriver events.csv --profile
  rowriver 'logs/*.jsonl' "|> AGGREGATE count(*) AS n GROUP BY _file"
  rowriver "FROM 'logs/*.jsonl' |> WHERE status >= 500"
  some-program | rowriver - "level = 'error'" --to csv
  kubectl logs -f app | rowriver - "level = 'error'" --follow

QUERY is a condition as in SQL's WHERE, or a pipeline of operators (|>). Without
it, all records are selected. Put -- before a query that starts with a dash.

Options:
  -o, --output OUT    write to OUT instead of standard output; OUT is replaced
                      when everything has been written, and compressed if its
                      name ends in .gz or .zst
${option('--to FORMAT', `same (the records' original bytes), ${targetList}. The default is the extension of OUT (${targetEndings}), or same if that is the extension of FILE, .txt or none`)}
${option('--also OUT:QUERY', `write what another query selects to OUT, in the same pass, for example --also "errors.csv: level = 'error'". Can be repeated`)}
${option('{column} {part}', `in OUT, names many files: the value of a column, and the number of a part, for example -o 'out/{level}/{part}.jsonl.gz' --split-records 100000. Files that are there are not replaced`)}
${option('--split-records N', 'begin a new {part} after N records')}
${option('--split-bytes SIZE', 'begin a new {part} before one has more than SIZE, for example 100MB (before it is compressed)')}
${option('--overwrite', 'replace such files where they are there')}
      --count         print the number of matching records
      --rejects FILE  write malformed and irregular records to FILE as JSON
                      Lines. Without it, irregular records are written with
                      the others, and unreadable ones are skipped and counted
${option('--schema FILE', 'check all records by a JSON Schema (drafts 07, 2019-09 and 2020-12) and leave out the invalid ones, unless QUERY names _violation. How many break which rule is printed to standard error')}
${option('--report FILE', 'write each violation to FILE as JSON Lines: record, line, offset, path, rule, message')}
${option('--invalid FILE', 'write the invalid records to FILE, as they stand')}
${option('--fail-on-invalid', 'exit with 1 if a record is invalid or malformed')}
${option('--infer-schema', 'print a JSON Schema that allows all records of FILE, or those that QUERY selects: types, required members, ranges, formats, and texts of which there are few')}
${option('--to-url URL', 'send the rows to an http or https address, in POST requests. --header and ROWRIVER_HEADERS are for this address then. --to is jsonl (the default), json, csv, or bulk for Elasticsearch (the default for an address that ends in /_bulk)')}
${option('--batch N', 'the number of rows in a request, by default 500, up to 8 MB')}
${option('--batch-gzip', 'compress the requests')}
${option('--dead-letter FILE', 'add rows that the service does not accept to FILE, with the reason, and go on. Without it, the first such row ends the run')}
${option('--resend', 'FILE was written by --dead-letter: send its rows again')}
${option('--resume', 'go on with a run of the same command that ended early: requests that were answered are not sent again')}
${option('--attempts N', 'how often a request is sent before its rows are given up, by default 6')}
${option('--retry-delay S', 'seconds before the second attempt, by default 0.5; twice as long before each one after that, or as long as the service asks for')}
${option('--timeout S', 'seconds to wait for a response, by default 60')}
${option('--to-url postgres://HOST/DATABASE', 'load the rows into a table of PostgreSQL, 10,000 in a transaction (--batch). Each row is loaded once, also with --resume. The password may be in PGPASSWORD')}
${option('--to-table NAME', 'with postgres://: the table, or SCHEMA.TABLE')}
${option('--create-table', 'with postgres://: make the table, with columns of the types that all rows allow')}
${option('--in-flight N', 'the number of requests at the same time, by default 4')}
${option('--merge-by COLUMN', 'read several files as one in order of a time, or a number, in COLUMN. Each should be in order; which is not is said')}
${option('--follow', 'write records as they are appended to FILE, or to the files of a quoted pattern, through rotation and truncation, until Ctrl+C, or as they come from standard input. Each record is written once its line is whole. QUERY may filter, compute and UNNEST')}
${option('--new', 'with --follow: only records that are appended from now on')}
${option('--until TIME', 'with --follow: end at 18:30, or 2026-01-31T18:30:00')}
${option('--idle-timeout T', 'with --follow: end when nothing was appended for T, for example 30s or 5m')}
${option('--on ADDRESS', 'run QUERY on Spark, by Spark Connect: sc://host:port, optionally with /;use_ssl=true;user_id=... after it. FILE is JSON Lines or CSV that the cluster can read too. The rows are written here')}
${option('--on-path PATH', 'with --on: where the cluster sees FILE, for example s3a://bucket/events/, or a table there, as table:main.events. By default, at the same path')}
${option('--on-infer', 'with --on: the cluster finds the columns and their types itself, for which it reads all records once more')}
${option('--on-output PATH', 'with --on: the cluster writes the rows to a new folder, for example s3a://bucket/errors/, as Parquet, or as --to says: jsonl, csv or tsv')}
      --profile       print what the columns hold (types, NULLs, different values,
                      smallest, largest, mean, distribution) of FILE or of the
                      records that QUERY selects; with --to json, all figures
      --reading       print how FILE is read as a JSON object: format, encoding,
                      delimiter, quote, header, columns, and a score
${option('--from FORMAT', `read FILE as ${formatList}`)}
      --delimiter C   the delimiter of FILE: characters, or tab
      --quote C       the quote character: ", ' or none
      --header-rows N the number of rows with column names
      --no-header     the first line of FILE is data
      --first-line N  the line on which the table starts, including its header.
                      Lines above it are skipped
      --comment C     the start of comment lines, for example '#', or none
      --no-comment    no line is a comment
${option('--null TEXT', 'a field that is TEXT, without quotes, is NULL, for example --null NULL --null n/a. \\N is in any case')}
      --no-null       only empty fields are NULL
      --table N       read the Nth of several tables, one below the other
      --tables N      the maximum number of tables. 1 reads all lines as one
                      table
${option('--no-hive', 'folders called key=value are no columns of the files in them')}
      --encoding E    the encoding of FILE, for example windows-1252 or gbk
${textHelp}
      --decimal C     the decimal mark: ',' (1.234,5), '.' (1,234.5) or none (as
                      in JSON). By default, recognised for each column
      --dates ORDER   the order of dates: dmy, mdy, ymd or none (as ISO 8601).
                      By default, recognised for each column
      --header LINE   send this header with requests for an address, for example
                      --header 'Authorization: Bearer ...'. Can be repeated
      --no-cache      do not use or keep an index or columns of FILE
      --stages        report rows in and out, time and bytes of each stage of
                      QUERY, and how long it waited for the output
      --stats json    the same as one line of JSON on standard error
      --metrics FILE  write the progress and the stages of the run to FILE as
                      OpenMetrics text, about every second and at the end
  -h, --help          show this text
  -V, --version       show the version

rowriver diff compares two files by a key, in any order of records and of any formats. It
writes a row for each record that was added, removed or changed, with the old and the
new value of each field that differs. QUERY selects from these rows. Exit status: 0 no
difference, 1 differences, 2 a failure, or records that could not be compared.
      --key FIELD     a field that tells records apart. Can be repeated
      --count         print only the sums, as JSON
      --output, --to  as above; the options that say how FILE is read are for both

rowriver resume OUT goes on with an export to OUT that was killed or has failed (a full
disk, a lost connection). Without OUT, it lists the exports that can be resumed.
      --discard       remove what was written instead

|> CALL './stage.mjs'(option => value) in QUERY runs a file of yours, in a thread of
its own. rowriver new-stage NAME writes one to begin with, its types, a sample and a
test into the new folder NAME.

rowriver serve prints an address of this computer, where a browser shows the preview of
FILE. Programs download rows from it: /rows.csv?q=QUERY, or .tsv, .jsonl, .json, .md,
.parquet, .arrow or .xlsx. It takes the options that say how FILE is read.
      --port N        the port; by default one that is free

rowriver mcp serves tools for agents over standard input and output, by the Model
Context Protocol: they describe, query, profile, check and search files in DIR
(by default the folders that the client names, or else the current one).
      --root DIR      a folder whose files agents may read. Can be repeated
      --allow-export  let agents write new files in these folders without asking

Exit status: 0 success, 1 failure, 2 invalid command or query, 130 interrupted.

CSV and TSV are written according to RFC 4180. Cells that a spreadsheet would
treat as formulas are not changed.

Environment variables:
  ROWRIVER_WORKERS    the number of scan threads; by default one per core
  ROWRIVER_HEADERS    headers, one per line, that are kept out of the process
                      list. They are sent only to the server of the address
  SPARK_CONNECT_AUTHENTICATE_TOKEN
                      the token for --on
  https_proxy, http_proxy, no_proxy
                      the proxy for addresses
`;
