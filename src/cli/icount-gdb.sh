#!/bin/sh
# The command `icount-gdb`.

# SIGUSR1 would kill Node before it has started, and while it starts would open its debugger: Node is
# told not to print the port, and our code closes it as soon as it runs.
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
