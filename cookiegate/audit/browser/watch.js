// Runs before the page's scripts, in each of its frames and in service workers: reports what scripts write to cookies,
// without the values.
(() => {
  const tell = globalThis["__NAME__"];
  if (!tell || !(globalThis.Document || globalThis.CookieStore)) return; // a worker has not begun yet
  delete globalThis["__NAME__"];
  const { apply } = Reflect;
  const { stringify } = JSON;
  const NativeError = Error;
  const hidden = (value) => {
    let text = "";
    for (let at = 0; at < value.length && at < 8192; at++) {
      const code = value.charCodeAt(at);
      text += code > 126 ? "\u0080" : code > 32 && !`",;\\`.includes(value[at]) ? "x" : value[at];
    }
    return text;
  };
  const withoutValue = (line) => {
    const end = line.indexOf(";") < 0 ? line.length : line.indexOf(";");
    const pair = line.slice(0, end);
    const equals = pair.indexOf("=");
    return pair.slice(0, equals + 1) + hidden(pair.slice(equals + 1)) + line.slice(end, end + 2048);
  };
  const stack = () => {
    const { stackTraceLimit, prepareStackTrace } = NativeError;
    NativeError.stackTraceLimit = 40;
    NativeError.prepareStackTrace = undefined;
    const text = `${new NativeError().stack}`.slice(0, 8192);
    NativeError.stackTraceLimit = stackTraceLimit;
    NativeError.prepareStackTrace = prepareStackTrace;
    return text;
  };
  let left = 2000;
  const report = (line, calls) => {
    if (left-- > 0) tell(stringify({ line: withoutValue(line), calls, origin: globalThis.origin }));
  };

  const owner = globalThis.Document?.prototype; // a worker has none
  const cookie = owner && Object.getOwnPropertyDescriptor(owner, "cookie");
  if (cookie) Object.defineProperty(owner, "cookie", {
    ...cookie,
    set(text) {
      const line = `${text}`;
      const calls = stack();
      apply(cookie.set, this, [line]);
      report(line, calls);
    },
  });

  const Store = globalThis.CookieStore?.prototype;
  if (!Store) return;
  const { set: nativeSet, delete: nativeDelete } = Store;
  const written = (options, value) => {
    const given = typeof options === "object" ? { ...options } : { name: options, value };
    const parts = [`${given.name}=${given.value}`, `Path=${given.path ?? "/"}`, "Secure", `SameSite=${given.sameSite ?? "strict"}`];
    if (given.domain) parts.push(`Domain=${given.domain}`);
    if (given.partitioned) parts.push("Partitioned");
    if (given.expires != null) parts.push(`Expires=${new Date(Number(given.expires)).toUTCString()}`);
    return parts.join("; ");
  };
  Store.set = async function set(...given) {
    const calls = stack();
    await apply(nativeSet, this, given);
    report(written(...given), calls);
  };
  Store.delete = async function (...given) {
    const calls = stack();
    await apply(nativeDelete, this, given);
    const { name, path, domain } = typeof given[0] === "object" ? given[0] : { name: given[0] };
    report(`${written({ name, value: "", path, domain })}; Max-Age=0`, calls);
  };
})();
