/** What jq programs begin with: SQL's NULL logic, and the language's rule on numbers and texts, as jq functions. */
export const jqPrelude = String.raw`def rw_at($at): if type == "object" and ($at | type) == "string" or type == "array" and ($at | type) == "number" then .[$at] else null end;
def rw_num: if type == "number" then . elif type == "string" then gsub("^\\s+|\\s+$"; "")
    | if test("^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?$") then ltrimstr("+") | tonumber else null end
  else null end;
def rw_order($a; $b): if $a < $b then -1 elif $a > $b then 1 else 0 end;
def rw_cmp($a; $b): if $a == null or $b == null then null
  elif ($a | type) == "number" or ($b | type) == "number" then ($a | rw_num) as $x | ($b | rw_num) as $y
    | if $x == null or $y == null then null else rw_order($x; $y) end
  elif ($a | type) == ($b | type) then rw_order($a; $b) else null end;
def rw_is($order; f): if $order == null then null else $order | f end;
def rw_and(f): reduce f as $v (true; if . == false or $v == false then false elif . == null or $v == null then null else true end);
def rw_or(f): reduce f as $v (false; if . == true or $v == true then true elif . == null or $v == null then null else false end);
def rw_not: if . == null then null else not end;
def rw_calc($a; $b; f): ($a | rw_num) as $x | ($b | rw_num) as $y
  | if $x == null or $y == null then null else [$x, $y] | f end;
def rw_text: if type == "string" then . else tojson end;
def rw_with(f): if . == null then null else f end;
def rw_trunc: if . < 0 then ceil else floor end;
`;
