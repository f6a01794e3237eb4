#!/bin/sh
# The command `icount-gdb`.

# SIGUSR1 would end a Node that is about to start, and have one that is starting open its debugger, of
# whose port it is not to tell anybody: we close it as soon as there are we.
trap '' USR1

# Before any of our code runs, Node sets every signal back to its default:
# what we are to ignore, because nohup(1) started us, can be seen only here (proc(5), "SigIgn").
[ "${ICOUNT_HANGUP-}" = ignored ] || ICOUNT_HANGUP=heeded
if [ -r /proc/self/status ]; then
  while read -r name value; do
    if [ "$name" = SigIgn: ]; then
      # Signal 1, SIGHUP, is the lowest bit.
      case $value in *[13579bdf]) ICOUNT_HANGUP=ignored ;; esac
      break
    fi
  done < /proc/self/status
fi
export ICOUNT_HANGUP

main=$(readlink -f -- "$0")
exec node --inspect-publish-uid=http "${main%/*}/main.js" "$@"
