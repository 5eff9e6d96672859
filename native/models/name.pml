/* A name: creators that take it over from each other, and somebody who removes it, each of which may die at any step. A file
   is an inode with a lock for its writer. name and leftover are directory entries: an inode or NONE.
   NC creators   DEATHS */
#ifndef NC
#define NC 2
#endif
#ifndef DEATHS
#define DEATHS 1
#endif
#define NONE 255
#define REMOVER 99
#define NI (NC + 1)

byte name = NONE; byte leftover = NONE;
byte lock[NI];                             /* of inode i; creator i makes inode i */
bit live[NI];                              /* its writer writes; nobody else knows this */
byte deaths = DEATHS;

#define MAY_DIE if :: atomic { deaths > 0 -> deaths--; goto dead } :: skip fi
#define TRY(i) if :: lock[i] == 0 -> lock[i] = id; ok = 1 :: else -> ok = 0 fi

proctype Creator(byte id) {
  byte old, left, tries; bit ok;
  lock[id] = id;
again:
  MAY_DIE;
  if
  :: atomic { name == NONE -> name = id; goto writes }               /* model: name.link */
  :: atomic { name != NONE -> old = name }                           /* model: takeover.find */
  fi;
#ifndef BREAK_NO_OLD_LOCK
  atomic { TRY(old) };                                               /* model: takeover.lock */
#else
  ok = 1;
#endif
  MAY_DIE;
#ifndef BREAK_NO_INODE_CHECK
  if
  :: atomic { name != old -> if :: lock[old] == id -> lock[old] = 0 :: else fi; ok = 0; old = 0; goto again }   /* model: takeover.check */
  :: atomic { name == old -> skip }
  fi;
#endif
  if :: atomic { !ok -> old = 0; goto dead } :: atomic { ok -> ok = 0 } fi;   /* another writer lives */
  /* What a creator left that died between the link and the renaming. */
  atomic { left = leftover; if :: left != NONE -> assert(!live[left]) :: else fi };
  if
  :: atomic { left != NONE -> TRY(left) };
     if :: atomic { !ok -> goto dead } :: atomic { ok -> leftover = NONE; lock[left] = 0; ok = 0 } fi
  :: atomic { left == NONE -> skip }
  fi;
  MAY_DIE;
  atomic { if :: leftover == NONE -> leftover = id; ok = 1 :: else -> ok = 0 fi };   /* model: takeover.link */
  if :: atomic { !ok -> goto dead } :: atomic { ok -> ok = 0 } fi;
  MAY_DIE;
  atomic { assert(leftover == id); assert(name == NONE || !live[name]);
           name = leftover; leftover = NONE };                       /* model: takeover.rename */
#ifndef BREAK_KEEPS_OLD_LOCK
  atomic { if :: lock[old] == id -> lock[old] = 0 :: else fi; old = 0 };   /* model: takeover.unlock */
#endif
writes:
  /* Readers of the old file must see that its writer has gone. */
  atomic { live[id] = 1; assert(lock[id] == id); assert(old == 0) };
#ifdef BREAK_LOCK_LET_GO_EARLY
  lock[id] = 0;
#endif
  MAY_DIE;
  atomic { assert(name == id); live[id] = 0 };
  if                                                                 /* the stream has ended */
  :: skip
  :: if :: atomic { name == id -> skip };                            /* model: remove.own */
           name = NONE
        :: atomic { name != id -> skip } fi
  fi;
dead:                                                                /* the kernel drops its locks */
  atomic { live[id] = 0; tries = 0;
           do :: tries < NI -> if :: lock[tries] == id -> lock[tries] = 0 :: else fi; tries++ :: else -> break od;
           tries = 0; old = 0; left = 0; ok = 0 }
}

proctype Remover() {
  byte id = REMOVER, old; bit ok;
again:
  if
  :: atomic { name == NONE -> goto out }
  :: atomic { name != NONE -> old = name }
  fi;
  atomic { TRY(old) };                                               /* model: remove.lock */
#ifndef BREAK_REMOVE_WITHOUT_CHECK
  if
  :: atomic { name != old -> if :: ok -> lock[old] = 0; ok = 0 :: else fi; goto again }   /* model: remove.check */
  :: atomic { name == old -> skip }
  fi;
#endif
  if
  :: atomic { ok -> assert(name == NONE || !live[name]); name = NONE };               /* model: remove.unlink */
     lock[old] = 0
  :: atomic { !ok -> skip }
  fi;
out: skip
}

init {
  byte i = 1;
  atomic { run Remover(); do :: i <= NC -> run Creator(i); i++ :: else -> break od; i = 0 }
}
