import { compileWholeRegex } from '../../regex/wholeRegex.ts';
import { createLineMatcher, type LineMatcher } from './lineMatcher.ts';

/** How one kind of log writes its lines: each named group is a column. */
export interface LogPattern {
  readonly name: string;
  /** Of a whole line, in Unicode mode. A group that takes no part leaves its column empty. */
  readonly source: string;
}

const clock = String.raw`\d\d:\d\d:\d\d`;
const isoTime = String.raw`\d{4}-\d\d-\d\d[T ]${clock}(?:[.,]\d+)?(?: ?(?:Z|[+\-]\d\d:?\d\d))?`;
const slashTime = String.raw`\d{4}\/\d\d\/\d\d ${clock}(?:\.\d+)?`;
const levels = [
  ...['TRACE', 'DEBUG', 'INFO', 'NOTICE', 'WARN', 'WARNING', 'ERROR', 'ERR', 'FATAL', 'CRITICAL', 'SEVERE'],
  ...['VERBOSE', 'FINE', 'FINER', 'FINEST', 'CONFIG', 'ALERT', 'EMERGENCY', 'PANIC'],
  // Of .NET's Serilog.
  ...['VRB', 'DBG', 'INF', 'WRN', 'FTL'],
];
const level = levels
  .flatMap((word) => [word, word.toLowerCase(), word[0] + word.slice(1).toLowerCase()])
  .join('|');
/** A text in quotes in which a backslash escapes. */
const quoted = (name: string): string => String.raw`"(?:-|(?<${name}>[^"\\]*(?:\\.[^"\\]*)*))"`;
/** A word for which a dash stands where there is none. */
const word = (name: string): string => String.raw`(?:-|(?<${name}>\S+))`;
const metrics = 'prometheus';
const request = String.raw`"(?:-|(?<method>[A-Z]+) (?<path>[^" ]+)(?: (?<protocol>HTTP\/[\d.]+))?|(?<request>[^"\\]*(?:\\.[^"\\]*)*))"`;
const access = [
  String.raw`(?<host>\S+(?:, ?\S+)*) ${word('ident')} ${word('user')} \[(?<time>[^\]]+)\] ${request}`,
  String.raw` (?<status>\d{3}) (?:-|(?<bytes>\d+))(?: ${quoted('referrer')} ${quoted('agent')}(?: (?<extra>.+))?)?`,
].join('');

/**
 * The patterns that are recognised by themselves, and can be named. Of two that fit as well, the first is taken: one that
 * says more of a line stands before one that says less.
 */
export const logPatterns: readonly LogPattern[] = [
  // Common and Combined Log Format of Apache httpd and nginx; the host may be a list from X-Forwarded-For.
  { name: 'combined', source: access },
  { name: 'vhost', source: String.raw`(?<vhost>\S+:\d+) ${access}` },
  // Python's logging: as most write its format, and as it is without one.
  {
    name: 'python',
    source: String.raw`(?<time>${isoTime}) - (?:(?<logger>\S+) - )?(?<level>${level}) - (?<message>.*)`,
  },
  { name: 'python-basic', source: String.raw`(?<level>${level}):(?<logger>[\w.]+):(?<message>.*)` },
  // Python's loguru.
  {
    name: 'loguru',
    source: String.raw`(?<time>${isoTime}) \| (?<level>${level}|SUCCESS) +\| (?<place>\S+) - (?<message>.*)`,
  },
  {
    name: 'spring',
    source: String.raw`(?<time>${isoTime}) +(?<level>${level}) +(?<pid>\d+) --- (?:\[[^\]]*\] )*\[ *(?<thread>[^\]]*)\] (?<logger>\S+) *: (?<message>.*)`,
  },
  // Logback and Log4j.
  {
    name: 'logback',
    source: String.raw`(?<time>${isoTime}|${clock}[.,]\d+) \[(?<thread>[^\]]+)\] (?<level>${level}) +(?<logger>[^\s:]+)(?: -|:) (?<message>.*)`,
  },
  // Gunicorn, and others that name a process or thread before the level.
  {
    name: 'threads',
    source: String.raw`\[?(?<time>${isoTime})\]? \[(?<thread>[^\]]+)\] \[?(?<level>${level})\]?:? +(?<message>.*)`,
  },
  // Monolog of PHP.
  {
    name: 'monolog',
    source: String.raw`\[(?<time>${isoTime})\] (?<channel>[\w.\-]+)\.(?<level>${level}): (?<message>.*)`,
  },
  // Ruby's logger.
  {
    name: 'ruby',
    source: String.raw`[A-Z], \[(?<time>${isoTime}) #(?<pid>\d+)\] +(?<level>${level}|ANY) -- (?<program>[^:]*): (?<message>.*)`,
  },
  // Rust's env_logger.
  {
    name: 'rust',
    source: String.raw`\[(?<time>${isoTime}) (?<level>${level}) +(?<module>[^\]\s]+)\] (?<message>.*)`,
  },
  // Containers in Kubernetes.
  {
    name: 'cri',
    source: String.raw`(?<time>${isoTime}) (?<stream>stdout|stderr) (?<tag>[FP]) (?<message>.*)`,
  },
  // Kubernetes itself, and other programs with glog.
  {
    name: 'klog',
    source: String.raw`(?<level>[IWEF])(?<time>\d{4} ${clock}\.\d+) +(?<thread>\d+) (?<file>[^\s:]+:\d+)\] (?<message>.*)`,
  },
  {
    name: 'nginx-error',
    source: String.raw`(?<time>${slashTime}) \[(?<level>[a-z]+)\] (?<pid>\d+)#(?<tid>\d+): (?:\*(?<connection>\d+) )?(?<message>.*)`,
  },
  {
    name: 'apache-error',
    source: [
      String.raw`\[(?<time>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d ${clock}(?:\.\d+)? \d{4})\] \[(?:(?<module>[^:\]]*):)?(?<level>[a-z\d]+)\]`,
      String.raw`(?: \[pid (?<pid>\d+)(?::tid (?<tid>\d+))?\])?(?: \[client (?<client>[^\]]+)\])? (?<message>.*)`,
    ].join(''),
  },
  // Go's log.
  { name: 'go', source: String.raw`(?<time>${slashTime}) (?:(?<file>[^\s:]+\.go:\d+): )?(?<message>.*)` },
  {
    name: 'postgresql',
    source: [
      String.raw`(?<time>\d{4}-\d\d-\d\d ${clock}(?:\.\d+)?) (?<zone>[A-Z]{2,5}|[+\-]\d\d(?::?\d\d)?) \[(?<pid>\d+)(?:-\d+)?\]:? (?:(?<user>\S*)@(?<database>\S*) )?`,
      String.raw`(?<level>LOG|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|DEBUG\d?|STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION): +(?<message>.*)`,
    ].join(''),
  },
  {
    name: 'mysql',
    source: String.raw`(?<time>${isoTime}) (?<thread>\d+) \[(?<level>[A-Za-z]+)\](?: \[(?<code>[A-Z]+-\d+)\] \[(?<subsystem>[^\]]+)\])? (?<message>.*)`,
  },
  // Servicing of Windows: CBS.log, dism.log.
  {
    name: 'cbs',
    source: String.raw`(?<time>\d{4}-\d\d-\d\d ${clock}), (?<level>[A-Z][a-z]+) +(?<program>[A-Z]+) +(?<message>.*)`,
  },
  {
    name: 'logcat',
    source: String.raw`(?<time>(?:\d{4}-)?\d\d-\d\d ${clock}\.\d+) +(?<pid>\d+) +(?<tid>\d+) (?<level>[VDIWEFSA]) (?<tag>[^:]*?) *: ?(?<message>.*)`,
  },
  {
    name: 'redis',
    source: String.raw`(?<pid>\d+):(?<role>[XCSM]) (?<time>\d\d [A-Z][a-z]{2} \d{4} ${clock}\.\d+) (?<level>[.\-*#]) (?<message>.*)`,
  },
  // Metrics in the text format of Prometheus.
  {
    name: metrics,
    source: [
      String.raw`#\s*(?<comment>.*)|(?<metric>[a-zA-Z_:][\w:]*)(?:\{(?<labels>(?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?`,
      String.raw`\s+(?<value>[+\-]?(?:\d[\d.]*(?:[eE][+\-]?\d+)?|Inf|NaN))(?:\s+(?<timestamp>-?\d+(?:\.\d+)?))?(?:\s+# (?<exemplar>.*))?`,
    ].join(''),
  },
  {
    name: 'levels',
    source: String.raw`\[?(?<time>${isoTime})\]?\s+\[?(?<level>${level})\]?:?\s+(?<message>.*)`,
  },
  {
    name: 'rfc5424',
    source: [
      String.raw`<(?<priority>\d{1,3})>\d+ ${word('time')} ${word('host')} ${word('process')} ${word('pid')} ${word('id')}`,
      String.raw` (?:-|(?<data>(?:\[(?:[^\]\\]|\\.)*\])+))(?: (?<message>.*))?`,
    ].join(''),
  },
  // RFC 3164, and the same with a time as in RFC 3339; also what journalctl writes.
  {
    name: 'syslog',
    source: [
      String.raw`(?:<(?<priority>\d{1,3})>)?(?<time>[A-Z][a-z]{2} [ \d]\d ${clock}(?:\.\d+)?|${isoTime}) (?<host>[^\s:\[\]]+)`,
      String.raw` (?<process>[^\s:\[]+)(?:\[(?<pid>\d+)\])?: (?<message>.*)`,
    ].join(''),
  },
];

/** A comment, but for those that tell of metrics. */
const isComment = /^#(?! (?:HELP|TYPE|UNIT) [a-zA-Z_:]| EOF$)/;

export const linesPattern = 'lines';
/** Of a text whose lines nothing takes apart. It fits any, and so is not among those that are looked for. */
const allLines: LogPattern = { name: linesPattern, source: '(?<line>.*)' };

/** Those that can be asked for by name. */
export const namedPatterns: readonly LogPattern[] = [...logPatterns, allLines];

/** Lines that are looked at, and how many of them a pattern must match to be taken for that of the file. */
const [linesSampled, leastShare] = [200, 0.5];
/** What goes on with the line before: of a stack trace, or of a message of several lines. */
const goesOn = /^(?:\s|Caused by: |Traceback \()/;

/** The pattern that matches most lines of a file's beginning; undefined where none matches enough. */
export function bestPattern(text: string, final: boolean): LogPattern | undefined {
  const lines = text.split(/\r?\n/, linesSampled + 1);
  // The last line may be cut off.
  if (!final || lines.length > linesSampled) lines.pop();
  const begun = lines.filter((line) => line.trim() !== '' && !goesOn.test(line));
  const written = begun.map((line) => Buffer.from(line));
  // Any text may have comments: they do not tell that the others are metrics.
  const uncommented = begun.filter((line) => !isComment.test(line)).map((line) => Buffer.from(line));
  let best: LogPattern | undefined;
  let most = Math.max(1, written.length * leastShare);
  for (const pattern of logPatterns) {
    const least = best ? most + 1 : most;
    const matched = matches(pattern, written, least);
    if (matched === undefined) continue;
    if (
      pattern.name === metrics &&
      matches(pattern, uncommented, uncommented.length * leastShare) === undefined
    )
      continue;
    [best, most] = [pattern, matched];
    if (matched === written.length) break;
  }
  return best;
}

/** How many of the lines it matches; undefined where these are fewer than `least`, or none of the first ones. */
function matches(pattern: LogPattern, lines: readonly Uint8Array[], least: number): number | undefined {
  const matcher = matcherOf(pattern);
  let [matched, missed] = [0, 0];
  for (const line of lines) {
    if (matcher.line(line, 0, line.length)) matched++;
    else missed++;
    if (lines.length - missed < least || (matched === 0 && missed === mostAhead)) return undefined;
  }
  return matched < least ? undefined : matched;
}

/** Lines ahead of the first one of a log that is: a banner, or what a program says before it begins to log. */
const mostAhead = 30;

const matchers = new Map<LogPattern, LineMatcher>();

/** A file is recognised before it is opened, and its pattern is looked for both times. */
function matcherOf(pattern: LogPattern): LineMatcher {
  let matcher = matchers.get(pattern);
  if (matcher === undefined) {
    matcher = createLineMatcher(compileWholeRegex(pattern.source), []);
    matchers.set(pattern, matcher);
  }
  return matcher;
}
