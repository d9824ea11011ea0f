import packageJson from '../../package.json' with { type: 'json' };

export const versionText = `rowriver ${packageJson.version}\n`;

export const helpText = `Usage: rowriver FILE [QUERY] [options]

Filters and converts JSONL, CSV, TSV and JSON files of any size, also compressed
ones (.gz, .zst). Nothing is loaded: records stream from FILE (a path, also that
of a named pipe, or - for standard input) to standard output.

  rowriver events.jsonl "status >= 500 AND user.country = 'DE'"
  rowriver events.csv "message LIKE '%timeout%'" --to jsonl -o timeouts.jsonl
  rowriver events.jsonl "|> SELECT id, url |> LIMIT 100" --to csv
  rowriver https://example.org/log.jsonl.gz "level = 'error'" --count
  some-program | rowriver - "level = 'error'" --to csv

QUERY is a condition as in SQL's WHERE, or a pipeline of operators (|>). Without
one, every record is meant. A query that begins with a dash may follow --.

Options:
  -o, --output OUT    write to OUT and not to standard output; OUT is replaced
                      only when everything has been written, and compressed
                      where its name ends in .gz or .zst
      --to FORMAT     same (the records' own bytes), jsonl, csv, tsv or json (one
                      array); by default what the ending of OUT says (.jsonl
                      .ndjson .csv .tsv .tab .json), and same where it is that of
                      FILE, .txt or none
      --count         print how many records match
      --rejects FILE  write malformed and odd records to FILE, one JSON object
                      each, instead of to the output; without this, odd ones
                      are written with the others, and those that cannot be
                      read are skipped and counted
      --reading       print how FILE is read, as one JSON object: its format,
                      encoding, delimiter, quote, header, columns, and the
                      score with which that was recognised
      --from FORMAT   read FILE as jsonl, json (values of any layout) or csv
      --delimiter C   what separates the fields of FILE: a character, or tab
      --quote C       what quotes them: ", ' or none
      --header-rows N how many rows name the columns
      --no-header     the first line of FILE is data: none is skipped
      --first-line N  the line on which the table begins, header included; what
                      stands above it is skipped, and nothing with 1
      --comment C     what comment lines begin with, for example '#', or none
      --no-comment    no line is a comment
      --table N       read the Nth table of FILE, where several stand one below
                      the other
      --tables N      there are at most N tables; with 1, all lines are rows of
                      the one
      --encoding E    the encoding of FILE, for example windows-1252 or gbk
      --rows PATH     the values of a JSON document that are its rows, for
                      example '$.items[*]'; guessed where it is not said
      --decimal C     how numbers are written: ',' (1.234,5), '.' (1,234.5) or
                      none (as JSON writes them); without this, each column's
                      cells decide
      --dates ORDER   how dates are written: dmy, mdy, ymd or none (as ISO 8601
                      writes them); without this, each column's cells decide
      --header LINE   send this header to the server of an address, as in
                      --header 'Authorization: Bearer ...'; can be repeated
      --no-cache      neither use nor keep an index of FILE
      --stages        say what each stage of QUERY took: rows in and out, time,
                      bytes, and how long the output kept it waiting
  -h, --help          show this text
  -V, --version       show the version

Ends with 0 when done, 1 when it failed, 2 when the command or the query is not
understood, 130 when interrupted. CSV and TSV are written as RFC 4180 has it;
cells that a spreadsheet would take for formulas are not changed. The environment
variable ROWRIVER_WORKERS says how many threads scan; by default, one a core.
Addresses are read by way of https_proxy, http_proxy and no_proxy. Headers that
nobody is to see in a list of processes can be in ROWRIVER_HEADERS, a line each;
they are sent to the server of the address alone, and written down nowhere.
`;
