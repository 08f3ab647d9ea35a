// The rewriting of `benchmarks.peers`, in Node: reads one JSON command a line, answers with one JSON line.
// {"lines": [...], "granted": [...], "rules": {...}} is the work; {"answer": rival} returns what leaves;
// {"run": rival, "times": n} does it so often and returns the nanoseconds that it took here.
import { createInterface } from "node:readline";
import { parseSetCookie, stringifySetCookie } from "cookie";
import { parseString } from "set-cookie-parser";
import { Cookie } from "tough-cookie";

const same = (text) => text;
let lines = [];
let granted = new Set();
let rules = new Map();

function judged(name) {
  const rule = rules.get(name);
  return rule !== undefined && (rule.necessary || granted.has(rule.category)) ? rule : undefined;
}

function makeSafe(cookie, rule) {
  cookie.secure = true;
  cookie.sameSite ||= "lax";
  if (rule.httpOnly) cookie.httpOnly = true;
  if (rule.limit === null) {
    cookie.maxAge = undefined;
    cookie.expires = undefined;
  } else {
    if (cookie.maxAge !== undefined && cookie.maxAge > rule.limit) cookie.maxAge = rule.limit;
    const latest = Date.now() + rule.limit * 1000;
    if (cookie.expires !== undefined && cookie.expires.getTime() > latest) cookie.expires = new Date(latest);
  }
  return cookie;
}

function rewriteWith(read) {
  return () => {
    const leaving = [];
    for (const line of lines) {
      const cookie = read(line);
      const rule = judged(cookie.name);
      if (rule !== undefined) leaving.push(stringifySetCookie(makeSafe(cookie, rule), { encode: same }));
    }
    return leaving;
  };
}

function withToughCookie() {
  const leaving = [];
  for (const line of lines) {
    const cookie = Cookie.parse(line);
    const rule = cookie && judged(cookie.key);
    if (!rule) continue;
    cookie.secure = true;
    if (!cookie.sameSite || cookie.sameSite === "none" && !/;\s*samesite/i.test(line)) cookie.sameSite = "lax";
    if (rule.httpOnly) cookie.httpOnly = true;
    if (rule.limit === null) {
      cookie.maxAge = null;
      cookie.expires = "Infinity";
    } else {
      if (cookie.maxAge !== null && cookie.maxAge > rule.limit) cookie.maxAge = rule.limit;
      const latest = Date.now() + rule.limit * 1000;
      if (cookie.expires instanceof Date && cookie.expires.getTime() > latest) cookie.expires = new Date(latest);
    }
    leaving.push(cookie.toString());
  }
  return leaving;
}

const rivals = {
  "tough-cookie": withToughCookie,
  "set-cookie-parser and cookie": rewriteWith((line) => parseString(line, { decodeValues: false })),
  cookie: rewriteWith((line) => parseSetCookie(line, { decode: same })),
};

function answer(command) {
  if (command.lines) {
    lines = command.lines;
    granted = new Set(command.granted);
    rules = new Map(Object.entries(command.rules));
    return { node: process.version, rivals: Object.keys(rivals) };
  }
  if (command.answer) {
    try {
      return { lines: rivals[command.answer]() };
    } catch (error) {
      return { error: String(error.message) };
    }
  }
  const rewrite = rivals[command.run];
  const start = process.hrtime.bigint();
  for (let time = 0; time < command.times; time += 1) rewrite();
  return { ns: Number(process.hrtime.bigint() - start) };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`);
}
