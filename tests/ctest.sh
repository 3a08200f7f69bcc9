# Sourced by run.sh and .ci/run: how the suite is run.

# Groups of tests over sockets and processes, several of which run at once: a wait of theirs may be too short on a busy
# machine. The others have nothing to wait for, or what they find counts however seldom it is found, as a lost event.
second_try="http process tls tokens page"

# Runs the suite of a preset. A group that fails of those above is run once more, alone; when it passes then, all is
# well, but it is said, for it is to be mended. What a sanitizer found or what ended a process is never tried again.
run_suite() {
  preset=$1 folder=build-$1
  [ "$preset" != release ] || folder=build
  shift
  code=0
  ctest --preset "$preset" "$@" || code=$?
  say_left_out "$folder"
  [ "$code" != 0 ] || return 0
  log=$folder/Testing/Temporary
  failed=$(sed 's/^[0-9]*://' "$log/LastTestsFailed.log")
  for group in $failed; do
    case " $second_try " in *" ${group%%-*} "*) ;; *) return "$code" ;; esac  # page-client is of page
  done
  ! grep -qE 'Sanitizer|runtime error: |SIG[A-Z]+ - |terminate called|Assertion ' "$log/LastTest.log" || return "$code"
  printf '\nOnce more, alone: %s\n' "$(echo $failed)"
  ctest --preset "$preset" --rerun-failed --parallel 1 || return $?
  echo "UNSTABLE: failed beside others, passed alone: $(echo $failed)"
}

# What is not looked at says "left out: …", in tests of pages "# SKIP …", which CTest does not show where all is well.
say_left_out() {
  left=$(sed -nE 's/^ *ok [0-9]+ - (.*) # SKIP *(.*)$/\1: \2/p; s/^[^[]*left out: +(.+)$/\1/p' \
    "$1/Testing/Temporary/LastTest.log" | awk '!seen[$0]++')
  if [ -z "$left" ]; then echo "No test was left out."; return; fi
  printf '%s\n' "$left" | wc -l | sed 's/^/Tests left out: /'
  printf '%s\n' "$left" | sed 's/^/  /'
}
