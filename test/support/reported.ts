import type { CsvDialect } from '../../src/engine/format/csv/dialect.ts';

/**
 * Shapes of text that readers of CSV were reported to take for something else (issues of DuckDB, CleverCSV and
 * Papa Parse), and their like; all texts made up.
 */
function rep(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join('');
}

/** A text, what its kind is called, and what of its dialect a reader must find. */
export type Reported = readonly [what: string, text: string, expected: Partial<CsvDialect>];

export const reported: readonly Reported[] = [
  [
    'times and an expression before commas',
    rep(20, (i) => `bytearray(b'some data'),${10 + (i % 10)}:53:0${i % 6},2019-09-${10 + i}T19:28:21\n`),
    { delimiter: ',', headerLines: 0 },
  ],
  [
    'JSON in quotes, then times',
    rep(9, (i) => `"{""one"": ""x"", ""two"":""y""}",13:31:3${i},06:0${i}:04+01:00\n`),
    { delimiter: ',', headerLines: 0 },
  ],
  [
    'timestamps between commas',
    rep(12, (i) => `item${i},item 2,2022-03-${10 + i} 17:24:10,item4,2022-01-02 22:43:59,item6\n`),
    { delimiter: ',', headerLines: 0 },
  ],
  [
    'sparse customer rows with stars in a quoted name',
    rep(
      6,
      (i) =>
        `48197${i},ada35412${i},fr,Ada,x${i},,,,Ada,BYRON,,${i} rue des roses,,45813,SAINT FOY,,FR,+3300000${i},,,,,,644${i},"""THE TIME TO SEE""","* *BOX OF SEVEN*"\n`,
    ),
    { delimiter: ',', headerLines: 0 },
  ],
  [
    'decimal commas, dotted thousands and semicolons',
    rep(
      10,
      (i) => `0${(i % 9) + 1}/01/2016;A;-${i}1.419,0${i}\n1${i % 9}/01/2016;A;-53,9\n04/01/2016;A;-249\n`,
    ),
    { delimiter: ';', headerLines: 0 },
  ],
  [
    'commas in the header of a semicolon file',
    'Code (new empty, else needed);Name (100 letters or fewer, needed);Text (needed);Brand (before, needed);UPC (whole number, 20 digits, needed);Price;Height (cm, needed)\n154282207845;Test 3;Tie;El Norte;709;90.0;10.0\n154282207849;Test 4;Tie;El Norte;800;90.0;10.0\n',
    { delimiter: ';', headerLines: 1 },
  ],
  [
    'French decimals with tabs',
    rep(
      4,
      (i) => `10130${i}\t010114\t00\t213250045088${i}\tA.N. au 010114\t\t\t73348${i},00\t-73348${i},00\n`,
    ),
    { delimiter: '\t', headerLines: 0 },
  ],
  [
    'two decimals of three by tabs',
    'X\tY\tZ\n120,5\t50,3\t2,35\n121,5\t51,3\t2,45\n',
    { delimiter: '\t', headerLines: 1 },
  ],
  [
    'tabs, one big number with commas',
    'a\tb\tc\td\te\tf\tg\th\ti\tj\n1\t2\t3\t4\t1,234,567\tx\ty\tz\tu\tv\n',
    { delimiter: '\t', headerLines: 1 },
  ],
  [
    'geometry in the last of three',
    rep(6, (i) => `${i};plot ${i};POLYGON((1${i}.5 4${i}.2,1${i}.7 4${i}.3,1${i}.9 4${i}.4))\n`),
    { delimiter: ';' },
  ],
  [
    'location pairs in quotes and one row',
    'Country;Location;Count;Date\nChina;"35.86166;104.19397";97100,7;04/07/20\n',
    { delimiter: ';', quote: '"', headerLines: 1 },
  ],
  [
    'a pipe report with a date line above',
    'Extracted on 2025-01-06\nid;Company;Brand;Type;Name;Street;Town;Lat;Lon\n' +
      rep(
        30,
        (i) =>
          `52829${i};CARS & ROADS ${i} S.R.L.;White pumps;Road;Agip | ${i};VIA X ${i} 92100;AGRIGENTO;37.3${i};13.5${i}\n`,
      ),
    { delimiter: ';', headerLines: 1, tableStart: 24 },
  ],
  [
    'a quote in the middle of an unquoted field',
    'stop_id,stop_name,lat\n' + rep(40, (i) => `${i},Stop ${i}${i === 20 ? ' "B' : ''} St,4${i}.5\n`),
    { delimiter: ',', headerLines: 1 },
  ],
  [
    'a quote that is not closed on one row',
    'id,name,age\n2,"Alice,Doe",30\n1,"John, Doe,25\n3,"Bob",35\n4,"John","45"\n',
    { delimiter: ',', headerLines: 1 },
  ],
  ['a closing brace', 'CODE}AREA\n600}S. West\n601}N. West\n602}Sale\n', { delimiter: '}' }],
  ['carets', 'a^b^c\n1^x y^3\n4^z^6\n', { delimiter: '^', headerLines: 1 }],
  ['carets, one row', 'a^b^c\n1^x y^3\n', { delimiter: '^' }],
  ['tildes', rep(5, (i) => `${i}~name ${i}~2020-01-0${i + 1}~x, y\n`), { delimiter: '~' }],
  [
    'colons as in /etc/passwd',
    'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nbin:x:2:2:bin:/bin:/usr/sbin/nologin\nsync:x:4:65534:sync:/bin:/bin/sync\n',
    { delimiter: ':', headerLines: 0 },
  ],
  [
    'double colons',
    rep(6, (i) => `${i + 1}::119${i}::5::97830076${i}\n`),
    { delimiter: '::', headerLines: 0 },
  ],
  [
    'double colons with titles',
    rep(6, (i) => `${i + 1}::Toy ${i} (1995)::Animation|Children's|Comedy\n`),
    { delimiter: '::', headerLines: 0 },
  ],
  [
    'double pipes',
    'id||name||note\n' + rep(5, (i) => `${i}||n${i}||a|b\n`),
    { delimiter: '||', headerLines: 1 },
  ],
  ['SOH', rep(5, (i) => `${i}\x01name ${i}\x01a,b,c\x012020-01-01\n`), { delimiter: '\x01' }],
  ['thorn', 'idþnameþvalue\n1þxþ2\n3þyþ4\n', { delimiter: 'þ' }],
  [
    'tab then quotes and commas',
    'name\tnote\n' + rep(8, (i) => `n${i}\t"a, b, ${i}"\n`),
    { delimiter: '\t' },
  ],
  ['one space', 'x y z\n1.5 2.5 3.5\n2.5 3.5 4.5\n', { delimiter: ' ', headerLines: 1 }],
  [
    'padded semicolons',
    'id   ;name      ;value  \n1    ;x         ;2,5    \n22   ;yy        ;3,5    \n',
    { delimiter: ';', headerLines: 1 },
  ],
  ['padded pipes', 'id | name | value\n1 | x y | 2\n2 | z | 3\n', { delimiter: '|', headerLines: 1 }],
  ['Markdown table edge pipes', '|id|name|\n|1|x|\n|2|y|\n', { delimiter: '|' }],
  [
    'semicolon list in a comma file',
    'id,tags,n\n' + rep(8, (i) => `${i},a;b;c;d,${i}\n`),
    { delimiter: ',', headerLines: 1 },
  ],
  [
    'URLs with many ampersands',
    'id,url\n' + rep(8, (i) => `${i},https://e.org/?a=${i}&b=2&c=3&d=4\n`),
    { delimiter: ',', headerLines: 1 },
  ],
  [
    'all quoted with semicolons inside commas',
    '"a","b"\n' + rep(8, (i) => `"x;${i};z","y;y;y"\n`),
    { delimiter: ',', headerLines: 1 },
  ],
  [
    'all text, header too',
    'name,city,colour\nAda,Leeds,red\nBob,Paris,blue\nCid,Rome,green\n',
    { delimiter: ',', headerLines: 1 },
  ],
  [
    'all text, no header',
    'Ada,Leeds,red\nBob,Leeds,blue\nCid,Rome,red\nAda,Rome,red\n',
    { delimiter: ',', headerLines: 0 },
  ],
  ['trailing delimiter everywhere', 'a,b,c,\n1,2,3,\n4,5,6,\n', { delimiter: ',', headerLines: 1 }],
  ['empty first line', '\n\na,b\n1,2\n3,4\n', { delimiter: ',', headerLines: 1 }],
  [
    'money with commas in semicolons',
    'k;v\n' + rep(6, (i) => `${i};$1,23${i}.50\n`),
    { delimiter: ';', headerLines: 1 },
  ],
  [
    'Excel CSV German with quotes',
    '"Datum";"Betrag";"Text"\n"01.02.2020";"1.234,56";"Miete, Februar"\n"02.02.2020";"-12,00";"Brot"\n',
    { delimiter: ';', headerLines: 1 },
  ],
  [
    'bank statement preamble',
    'Kontonummer:;"DE00 1234";\n\nVon:;"01.01.2020";\nBis:;"31.01.2020";\nKontostand:;"1.234,56 EUR";\n\n"Buchungstag";"Wertstellung";"Text";"Betrag"\n' +
      rep(8, (i) => `"0${i + 1}.01.2020";"0${i + 1}.01.2020";"Kauf ${i}";"-${i},50"\n`),
    { delimiter: ';', headerLines: 1 },
  ],
  [
    'SDMX with pipes inside',
    'DATAFLOW,LAST UPDATE,freq,unit,geo,OBS_VALUE\n' +
      rep(8, (i) => `ESTAT:X(1.0),24/04/25 11:00:00,Q: Quarterly,MIO|EUR: Million,DE: Germany,${i}.5\n`),
    { delimiter: ',', headerLines: 1 },
  ],
  [
    'GPS NMEA',
    rep(6, (i) => `$GPGGA,12351${i},4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*4${i}\n`),
    { delimiter: ',', headerLines: 0 },
  ],
  [
    'hash commented header tabs',
    '#CHROM\tPOS\tID\tREF\n1\t100\trs1\tA\n1\t200\trs2\tC\n',
    { delimiter: '\t', headerLines: 1 },
  ],
  ['R row names with commas', '"","x","y"\n"1",1.5,2\n"2",2.5,3\n', { delimiter: ',', headerLines: 1 }],
  ['single quotes with commas', "id,text\n1,'a, b'\n2,'c, d'\n3,'e, f'\n", { delimiter: ',', quote: "'" }],
  [
    'slashes in dates only',
    'date,v\n' + rep(6, (i) => `1/${i + 1}/2020,${i}\n`),
    { delimiter: ',', headerLines: 1 },
  ],
  ['CR and LF mixed', 'a,b\r1,2\n3,4\r\n5,6\r7,8\n', { delimiter: ',', lineEnd: 'any', headerLines: 1 }],
  [
    'quoted with space after delimiter',
    'a; "b"; "c"\n1; "x; y"; "z"\n2; "u"; "v"\n',
    { delimiter: ';', skipInitialSpace: true, columns: ['a', 'b', 'c'] },
  ],
  ['tabs and trailing comment', 'a\tb\n1\t2\n3\t4\n# end\n', { delimiter: '\t', headerLines: 1 }],
  [
    'units in parentheses',
    'time (s),speed (m/s)\n0.1,2.5\n0.2,2.6\n0.3,2.7\n',
    { delimiter: ',', headerLines: 1 },
  ],
  ['two data rows, all numbers', '1,2\n3,4\n', { delimiter: ',', headerLines: 0 }],
  [
    'backslash escaped quotes with JSON',
    'id,j\n' + rep(5, (i) => `${i},"{\\"a\\":${i},\\"b\\":\\"x,y\\"}"\n`),
    { delimiter: ',', escape: 'backslash', headerLines: 1 },
  ],
  [
    'pipe in 55 columns of quoted text',
    rep(60, () => Array.from({ length: 55 }, (_, c) => `"Private Company ${c} Pt Rd"`).join('|') + '\n'),
    { delimiter: '|' },
  ],
  [
    'unquoted names with spaces by pipe',
    rep(60, () => Array.from({ length: 9 }, (_, c) => `Private Company ${c} Pt Rd`).join('|') + '\n'),
    { delimiter: '|' },
  ],
  [
    'Apple financial report',
    'Vendor Name\tXYZ\nStart Date\t2024-01-01\nEnd Date\t2024-02-01\nTransaction Date\tSettlement Date\tSKU\tAmount\n' +
      rep(9, (i) => `01/0${i + 1}/2024\t02/0${i + 1}/2024\tsku ${i}\t${i}.99\n`),
    { delimiter: '\t', headerLines: 1 },
  ],
];
