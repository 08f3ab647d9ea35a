# For .ci/run: names the steps of a run, and says how many seconds each took. A run above the limit fails.

limit_s=2700 # so that a slow test is noticed when it is added; `.ci/run` allows slow machines as much more
name='' began=0 times=()

# Begin a step: step NAME
step() {
  finish
  name=$* began=$SECONDS
  printf '\n=== %s\n' "$name"
}

finish() {
  [[ -n $name ]] || return 0
  times+=("$(printf '%5d s  %s' "$((SECONDS - began))" "$name")")
  printf -- '--- %d s\n' "$((SECONDS - began))"
  name=''
}

# At the exit, say what took how long, and remove the working directory: trap 'end DIRECTORY' EXIT
end() {
  local code=$?
  finish
  printf '\n=== Seconds\n'
  printf '%s\n' "${times[@]}" "$(printf '%5d s  in all; %d at most' "$SECONDS" "$limit_s")"
  rm -rf "$1"
  if ((code == 0 && SECONDS > limit_s)); then
    echo 'This run took too long: see above what is slow, and let it do less without --stress.' >&2
    code=1
  fi
  exit "$code"
}
