/* The last reader removes the name: readers that reach the end at the same time, none of whom may die. Whoever finds the
   lock taken may give up at once, which is more than the code does. NR readers */
#ifndef NR
#define NR 2
#endif
bit named = 1; byte lock = 0; bit at_end[NR + 1]; byte gone = 0;

proctype Leaver(byte id) {
  byte k; bit others;
#ifndef BREAK_END_STORED_LATE
  at_end[id] = 1;                                          /* model: end.cursor */
#endif
again:
  if :: atomic { !named -> goto out } :: atomic { named -> others = 0; k = 1 } fi;
  do :: atomic { k <= NR -> if :: k != id && !at_end[k] -> others = 1 :: else fi; k++ }   /* model: last.readers */
     :: atomic { k > NR -> k = 0; break } od;
  if :: atomic { others -> goto out } :: atomic { !others -> skip } fi;
  if
  :: atomic { lock == 0 -> lock = id }                     /* model: last.lock */
  :: atomic { lock != 0 -> goto out }
  fi;
  others = 0; k = 1;
  do :: atomic { k <= NR -> if :: k != id && !at_end[k] -> others = 1 :: else fi; k++ }
     :: atomic { k > NR -> k = 0; break } od;
  if
  :: atomic { !others && named -> k = 1; do :: k <= NR -> assert(at_end[k]); k++ :: else -> break od; k = 0;
              named = 0; lock = 0; goto out }              /* model: last.unlink */
  :: atomic { else -> lock = 0 }                           /* model: last.unlock */
  fi;
  goto again;
out:
#ifdef BREAK_END_STORED_LATE
  at_end[id] = 1;
#endif
  gone++
}

init {
  byte i = 1;
  atomic { do :: i <= NR -> run Leaver(i); i++ :: else -> break od; i = 0 };
  gone == NR;
  assert(!named)
}
