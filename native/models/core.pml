/* The ring: one writer and some readers, each of which may die at any step. Sequentially consistent; what that takes is the
   relacy models' matter. One step of a process has one access to shared memory.

   NS slots   M order entries   NE reader entries   NR reader processes   NB batches   ML batches a message   HELD leases a reader
   DROP drop_oldest, else block   LATEST readers may join there   EVICT the writer may leave readers behind
   RC, WC deaths of readers, of the writer   FORK reader 1 forks a child that lives on   SPUR sleeps end at any time
   Without SPUR a sleep ends by itself only when nothing else can happen: then somebody must have died, or a wake-up was lost.
   BREAK: what tests/models/spin.py breaks. */
#ifndef NS
#define NS 2
#endif
#ifndef M
#define M 2
#endif
#ifndef NE
#define NE 1
#endif
#ifndef NR
#define NR 1
#endif
#ifndef NB
#define NB 3
#endif
#ifndef ML
#define ML 1
#endif
#ifndef HELD
#define HELD 1
#endif
#ifndef RC
#define RC 0
#endif
#ifndef WC
#define WC 0
#endif

#define NONE 255
#define FREE 0
#define CLAIMED 1
#define ACTIVE 2
#define EVICTED 3
#define CLOSING 4
#define WRITER 100

#define BIT(n) (1 << (n))
#define FIRST(n) ((n) % ML == 0)
#define LAST(n) ((n) % ML == ML - 1)

byte order_seq[M]; byte order_slot[M];     /* one word */
byte slot_seq[NS]; byte holders[NS];
byte tail = 0; byte head = 0; byte end = NONE;
byte cursor[NE]; byte state[NE]; byte generation[NE];
byte lock[NE];                             /* whose open file has the entry's byte: a process, WRITER, or 0 */
bit writer_lock = 1;
bit child_has_lock = 0;                    /* a fork's child has the parent's open file too */

/* A futex word is count << 1 | somebody sleeps. All that matters of the count is who has seen the word as it still is. */
bit published_armed = 0; bit published_same[NR + 1]; bit reader_sleeps[NR + 1];
bit freed_armed = 0; bit freed_same[NR + 1]; bit writer_sleeps = 0;      /* freed_same[0]: the writer's */

byte leases[NS];                           /* of living processes, by process; nobody knows this */
byte record[NS];                           /* the batch whose bytes are there */
byte deaths = 0; bit writer_died = 0; bit writer_done = 0; byte gone = 0;
byte published = 0;
#ifdef SCHEMA
bit schema = 0;
#endif
byte dies = 0; bit writer_dies = 0;          /* told to, by Death */

inline wake_readers() {
#ifndef BREAK_BOOLEAN_WORD
  d_step { published_armed = 0; k = 1; do :: k <= NR -> published_same[k] = 0; reader_sleeps[k] = 0; k++ :: else -> break od; k = 0 }
#else
  d_step { published_armed = 0; k = 1; do :: k <= NR -> reader_sleeps[k] = 0; k++ :: else -> break od; k = 0 }
#endif
}
inline wake_writer() {
  d_step { freed_armed = 0; k = 0; do :: k <= NR -> freed_same[k] = 0; k++ :: else -> break od; k = 0; writer_sleeps = 0 }
}

#ifndef BREAK_BOOLEAN_WORD
#define PUBLISHED_SAME(id) published_same[id]
#else
#define PUBLISHED_SAME(id) published_armed
#endif

/* ---- the writer ---- */
#define W_FREE 0
#define W_LIVE 1
#define W_ASIDE 2

#define HAS_FREE (has_free)
#define LOOK_FREE has_free = 0; k = 0; do :: k < NS -> if :: slots[k] == W_FREE -> has_free = 1 :: else fi; k++ :: else -> break od; k = 0

proctype Writer() {
  byte next = 0, freed = 0, message = 0, i, k, s, least, upto;
  byte slots[NS]; byte slot_of[M]; bit has_free, armed, slow, got, second;
#ifdef EVICT
  byte evict_entry = NONE, evict_generation; bit evicted_one;
#endif
  { skip;
#ifdef SCHEMA
  schema = 1;
  if :: atomic { published_armed -> skip }; wake_readers() :: atomic { !published_armed -> skip } fi;
#endif
write:
  if
  :: atomic { next == NB -> goto finish }
  :: atomic { next < NB -> LOOK_FREE; if :: FIRST(next) -> message = next :: else fi;
              if :: HAS_FREE -> goto claim :: else -> goto find fi }
  fi;

find: /* model: reclaim.look */
  i = 0;
  do
  :: atomic { i < NS && slots[i] == W_ASIDE -> if :: holders[i] == 0 -> slots[i] = W_FREE :: else fi; i++ }
  :: atomic { i < NS && slots[i] != W_ASIDE -> i++ }
  :: atomic { i == NS -> i = 0; LOOK_FREE; break }
  od;
#ifndef DROP
  second = 0; least = NONE;
slowest: /* model: slowest.control slowest.cursor */
  do
  :: i < NE -> atomic { if :: state[i] == ACTIVE -> skip :: else -> i++; goto slowest fi };
               atomic { if :: cursor[i] < least -> least = cursor[i] :: else fi; i++ }
  :: atomic { i == NE -> i = 0; break }
  od;
  if
  :: atomic { !second && (least == NONE || least <= freed) -> goto found }
  :: atomic { !second && least != NONE && least > freed -> upto = least; least = NONE; second = 1 };
#ifndef BREAK_NO_ANNOUNCE
     if
     :: atomic { upto > tail -> tail = upto }              /* model: reclaim.announce announce.tail */
     :: atomic { else -> skip }
     fi;
#endif
#ifndef BREAK_NO_SECOND_LOOK
     goto slowest                                          /* model: reclaim.again */
#endif
  :: atomic { second -> if :: least < upto -> upto = least :: else fi; second = 0; least = NONE }
  fi;
  second = 0;
  do
  :: atomic { freed < upto -> s = slot_of[freed % M];
#ifndef BREAK_NO_INVALIDATION
              slot_seq[s] = NONE                           /* model: retire.invalidate */
#endif
     };
     atomic { if :: holders[s] == 0 -> slots[s] = W_FREE   /* model: retire.look */
                 :: else -> slots[s] = W_ASIDE fi; freed++; s = 0 }
  :: atomic { freed >= upto -> upto = 0; break }
  od;
found:
  atomic { LOOK_FREE };
#else
  if
  :: atomic { HAS_FREE -> goto found }
  :: atomic { !HAS_FREE && freed < message -> upto = freed + 1;
#ifndef BREAK_HALF_MESSAGES
              do :: upto < message && !LAST(upto - 1) -> upto++ :: else -> break od
#endif
     };
#ifndef BREAK_TAIL_LAST
     tail = upto;                                          /* model: drop.announce announce.tail */
#endif
     do
     :: atomic { freed < upto -> s = slot_of[freed % M];
#ifndef BREAK_NO_INVALIDATION
                 slot_seq[s] = NONE                        /* model: retire.invalidate */
#endif
        };
        atomic { if :: holders[s] == 0 -> slots[s] = W_FREE /* model: retire.look */
                    :: else -> slots[s] = W_ASIDE fi; freed++; s = 0 }
     :: atomic { freed >= upto -> break }
     od;
#ifdef BREAK_TAIL_LAST
     tail = upto;
#endif
     upto = 0;
     goto find
  :: atomic { !HAS_FREE && freed >= message -> skip }
  fi;
found:
  skip;
#endif
  if
  :: atomic { HAS_FREE -> armed = 0; slow = 0; goto claim }
  :: atomic { !HAS_FREE && !armed -> armed = 1; freed_armed = 1; freed_same[0] = 1 };  /* model: arm */
     if :: slow -> goto probe :: else -> goto find fi
  :: atomic { !HAS_FREE && armed -> if :: freed_same[0] -> writer_sleeps = 1 :: else fi };
     if
     :: atomic { !writer_sleeps -> armed = 0; goto find }
#ifdef SPUR
     :: atomic { writer_sleeps -> writer_sleeps = 0; armed = 0; slow = 1; goto find }
#else
     :: atomic { timeout -> assert(deaths > 0 || gone == NR || leases[0] != 0 || leases[NS - 1] != 0);
                 writer_sleeps = 0; armed = 0; slow = 1; goto find }
#endif
     fi
  fi;

probe:
  slow = 0;
#ifdef EVICT
  if
  :: atomic { evict_entry == NONE && !evicted_one -> evict_entry = 0; evict_generation = generation[0];
              if :: state[0] != ACTIVE -> evict_entry = NONE :: else fi }           /* model: evict.control */
  :: atomic { evict_entry != NONE ->
              if :: state[0] == ACTIVE && generation[0] == evict_generation ->      /* model: evict.swap */
                    state[0] = EVICTED; evicted_one = 1
                 :: else fi; evict_entry = NONE; evict_generation = 0 };
     if :: atomic { published_armed -> wake_readers() } :: atomic { !published_armed -> skip } fi  /* model: evict.wake */
  :: skip
  fi;
#endif
  got = (gone == NR);                      /* nobody is left: what follows must find all there is to find */
  do
  :: i < NE -> if :: atomic { state[i] == FREE -> i++; goto probed } :: atomic { else -> skip } fi;  /* model: probe.control */
#ifdef BREAK_ASK_ONLY
     if :: atomic { lock[i] != 0 -> i++; goto probed } :: atomic { lock[i] == 0 -> skip } fi;
#else
     if :: atomic { lock[i] != 0 -> i++; goto probed }     /* model: probe.lock */
        :: atomic { lock[i] == 0 -> lock[i] = WRITER } fi;
#endif
     do :: atomic { s < NS -> holders[s] = holders[s] & (255 - BIT(i)); s++ }       /* model: probe.bits */
        :: atomic { s == NS -> s = 0; break } od;
     state[i] = FREE;                                      /* model: probe.free */
#ifndef BREAK_ASK_ONLY
     lock[i] = 0;                                          /* model: probe.unlock */
#endif
     i++;
probed: skip
  :: atomic { i == NE -> i = 0; break }
  od;
  if
  :: atomic { got -> k = 0; do :: k < NS -> assert(holders[k] == 0); k++ :: else -> break od; k = 0; goto finish }
  :: atomic { !got -> goto find }
  fi;

claim:
  atomic { s = 0; do :: slots[s] != W_FREE -> s++ :: else -> break od;
           assert(leases[s] == 0); record[s] = NONE; slots[s] = W_LIVE; slot_of[next % M] = s };
  atomic { record[s] = next; slot_seq[s] = next };         /* model: publish.slot */
  atomic { order_seq[next % M] = next; order_slot[next % M] = s; s = 0; published = next + 1 };   /* model: publish.order */
  atomic { next++; head = next };                          /* model: publish.head */
#ifndef BREAK_NO_WAKE
  if :: atomic { published_armed -> skip };                /* model: publish.wake wake.look */
        wake_readers()                                     /* model: wake.count */
     :: atomic { !published_armed -> skip } fi;
#endif
  goto write;

finish:
  end = next;                                              /* model: finish.end */
  if :: atomic { published_armed -> skip }; wake_readers() /* model: finish.wake */
     :: atomic { !published_armed -> skip } fi;
  atomic { writer_lock = 0; writer_done = 1 }
  }
#if WC > 0
  unless { writer_dies };
  if :: writer_dies -> d_step { writer_died = 1; deaths++ }; atomic { writer_lock = 0; writer_done = 1; i = 0; do :: i < NE -> if :: lock[i] == WRITER -> lock[i] = 0 :: else fi; i++ :: else -> break od }
     :: else -> skip fi
#endif
}

#ifdef FORK
/* Reader 1's child has what its parent had: the open file whose lock says that the parent lives, and its leases. */
proctype Child(byte r) {
  byte s;
#ifndef BREAK_CHILD_KEEPS_LOCK
  atomic { child_has_lock = 0; if :: (dies & BIT(1)) && lock[r] == 1 -> lock[r] = 0 :: else fi };
#endif
#ifdef BREAK_CHILD_RELEASES                                            /* model: release.child */
  do :: atomic { s < NS && (leases[s] & BIT(1)) -> holders[s] = holders[s] & (255 - BIT(r)); s++ }
     :: s < NS -> s++
     :: s == NS -> break od;
#endif
  s = 0
}
#endif

/* ---- a reader ---- */
#define BITS_OFF(s) holders[s] = holders[s] & (255 - BIT(r))
#define BATCH_THERE (order_seq[c % M] != NONE && order_seq[c % M] >= c)
#ifdef SCHEMA
#define THERE (wants_schema -> schema : BATCH_THERE)
#else
#define THERE BATCH_THERE
#endif

proctype Reader(byte id) {
  byte r, c, s, k; bit at_start = 1, closing, slow, passed;
#ifdef FORK
  bit forked;
#endif
#ifdef SCHEMA
  bit wants_schema = 1;
#endif
#define MINE(s) (leases[s] & BIT(id))
#define HELD_SLOTS ((leases[0] >> id & 1) + (NS > 1 -> (leases[NS - 1] >> id & 1) : 0) + (NS > 2 -> (leases[1] >> id & 1) : 0))
  { skip;
  do
  :: atomic { r < NE && lock[r] == 0 -> lock[r] = id; break }          /* model: claim.lock */
  :: atomic { r < NE && lock[r] != 0 -> r++ }
  :: atomic { r == NE -> r = 0; goto out }                             /* too many readers */
  od;
  atomic { state[r] = CLAIMED; generation[r]++ };                      /* model: join.claimed */
#ifndef BREAK_KEEP_BITS
  do :: atomic { s < NS -> BITS_OFF(s); s++ }                          /* model: join.seen join.clear */
     :: atomic { s == NS -> s = 0; break } od;
#endif
#ifdef BREAK_TAIL_FIRST
  c = tail;
  cursor[r] = c; state[r] = ACTIVE;
#else
#ifndef BREAK_NO_ZERO
  cursor[r] = 0;                                                       /* model: join.zero */
#endif
  state[r] = ACTIVE;                                                   /* model: join.active */
  c = tail;                                                            /* model: join.tail */
#ifdef LATEST
  if :: atomic { if :: head > c -> c = head :: else fi } :: skip fi;   /* model: join.head */
#endif
  cursor[r] = c;                                                       /* model: join.cursor */
#endif
  goto wake;                                                           /* model: join.wake */

next:
  if
  :: HELD_SLOTS < HELD
  :: atomic { MINE(0) -> s = 0; goto release }
#if NS > 1
  :: atomic { MINE(1) -> s = 1; goto release }
#endif
#if NS > 2
  :: atomic { MINE(2) -> s = 2; goto release }
#endif
  :: atomic { !closing -> closing = 1; goto close }
#ifdef FORK
  :: atomic { id == 1 && !forked -> forked = 1; child_has_lock = 1; run Child(r); goto next }
#endif
  fi;
take:
#ifdef SCHEMA
  if :: atomic { wants_schema && schema -> wants_schema = 0; goto next }
     :: atomic { wants_schema && !schema -> goto wait }
     :: atomic { !wants_schema -> skip } fi;
#endif
#ifdef EVICT
  if :: atomic { state[r] == EVICTED -> closing = 1; goto close } :: atomic { else -> skip } fi;  /* model: take.control */
#endif
  if                                                                   /* model: take.order */
  :: atomic { order_seq[c % M] == c -> s = order_slot[c % M] }
  :: atomic { order_seq[c % M] != c && THERE -> goto overrun }
  :: atomic { !THERE -> goto wait }
  fi;
#ifdef BREAK_CURSOR_FIRST
  cursor[r] = c + 1;
#endif
  atomic { assert((holders[s] & BIT(r)) == 0); holders[s] = holders[s] | BIT(r) };   /* model: take.bit */
  if
  :: atomic { slot_seq[s] == c -> assert(record[s] == c);              /* model: take.check */
              leases[s] = leases[s] | BIT(id) }
  :: atomic { slot_seq[s] != c -> skip };
     BITS_OFF(s);                                                      /* model: take.undo */
#ifdef BREAK_NO_WAKE_AFTER_UNDO
     atomic { s = 0; goto overrun }
#else
     atomic { s = 0; passed = 1; goto wake }                           /* model: take.wake */
#endif
  fi;
  atomic {
#ifndef BREAK_CURSOR_FIRST
    cursor[r] = c + 1;                                                 /* model: take.cursor */
#endif
    c++;
    if
#ifndef BREAK_NO_SKIP
    :: at_start && !FIRST(c - 1) -> goto release                       /* model: skip.rest */
#endif
    :: else -> assert(!at_start || FIRST(c - 1)); at_start = 0; s = 0; goto next
    fi
  };

overrun:
#ifdef DROP
  atomic { k = tail; assert(k > c); assert(FIRST(k) || k == NB);       /* model: overrun.tail */
           assert(k <= head) };                                        /* model: overrun.head */
  atomic { c = k; k = 0; at_start = 1; cursor[r] = c };                /* model: overrun.cursor */
  goto next;
#else
  atomic { assert(state[r] == EVICTED); closing = 1 };                 /* model: overrun.control */
  goto close;
#endif

wait:
  if
  :: atomic { end == NONE || c < end -> skip }                         /* model: state.end */
  :: atomic { end != NONE && c >= end -> skip };
#ifndef BREAK_NO_LOOK_AT_END
     if :: atomic { THERE -> goto take } :: atomic { !THERE -> skip } fi;   /* model: step.end */
#endif
     atomic { assert(c >= published && !THERE); closing = 1; goto close }
  fi;
  if
  :: slow -> slow = 0;
     if
     :: atomic { writer_lock -> skip }                                 /* model: step.alive */
     :: atomic { !writer_lock -> skip };
#ifndef BREAK_NO_LOOK_AT_DEATH
        if :: atomic { THERE -> goto take } :: atomic { !THERE -> skip } fi;   /* model: step.died */
        if :: atomic { end != NONE -> goto take } :: atomic { end == NONE -> skip } fi;
#endif
        atomic { assert(writer_died && c >= published && !THERE); closing = 1; goto close }
     fi
  :: else
  fi;
#ifndef BREAK_LOOK_THEN_ARM
  atomic { published_armed = 1; published_same[id] = 1 };              /* model: arm */
#endif
  if :: atomic { THERE -> goto take } :: atomic { !THERE -> skip } fi; /* model: ready.order */
#ifdef EVICT
  if :: atomic { state[r] == EVICTED -> goto take } :: atomic { else -> skip } fi;   /* model: ready.control */
#endif
  if :: atomic { end != NONE -> goto take } :: atomic { end == NONE -> skip } fi;
#ifdef BREAK_LOOK_THEN_ARM
  atomic { published_armed = 1; published_same[id] = 1 };
#endif
#ifndef HOLDS_ASLEEP
  if :: atomic { HELD_SLOTS > 0 -> s = (MINE(0) -> 0 : (NS > 2 && MINE(1) -> 1 : NS - 1)); goto release } :: else fi;
#endif
  atomic { if :: PUBLISHED_SAME(id) -> reader_sleeps[id] = 1 :: else fi };
  if
  :: atomic { !reader_sleeps[id] -> goto take }
#ifdef SPUR
  :: atomic { reader_sleeps[id] -> reader_sleeps[id] = 0; slow = 1; goto take }
#else
  :: atomic { timeout -> assert(deaths > 0 || (writer_sleeps && !writer_done)); reader_sleeps[id] = 0; slow = 1;
              if :: HELD_SLOTS > 0 -> s = (MINE(0) -> 0 : (NS > 2 && MINE(1) -> 1 : NS - 1)); goto release :: else -> goto take fi }
#endif
  fi;

release:
  atomic { assert(leases[s] == 0 || record[s] != NONE); leases[s] = leases[s] & (255 - BIT(id));
           assert(holders[s] & BIT(r)); BITS_OFF(s); s = 0 };          /* model: release.bit */
#ifdef BREAK_NO_RELEASE_WAKE
  goto woken;
#endif
wake:                                                                  /* model: release.wake close.wake */
  if :: atomic { freed_armed -> freed_same[id] = 1 };
        atomic { if :: freed_same[id] -> wake_writer() :: else fi }
     :: atomic { !freed_armed -> skip } fi;
woken:
  if :: atomic { passed -> passed = 0; goto overrun } :: else fi;
  if :: closing -> goto leave :: else -> goto next fi;

close:
  state[r] = CLOSING;                                                  /* model: close.swap */
#ifdef BREAK_UNLOCK_AT_CLOSE
  lock[r] = 0;
#endif
  goto wake;
leave:
  if
  :: atomic { MINE(0) -> s = 0; goto release }
#if NS > 1
  :: atomic { MINE(1) -> s = 1; goto release }
#endif
#if NS > 2
  :: atomic { MINE(2) -> s = 2; goto release }
#endif
  :: else
  fi;
#ifndef BREAK_UNLOCK_AT_CLOSE
  state[r] = FREE;                                                     /* model: leave.free */
  lock[r] = 0;                                                         /* model: leave.unlock */
#endif
out: skip
  } unless { dies & BIT(id) };
  d_step {                                                             /* the kernel, some time after */
    if :: (dies & BIT(id)) && r < NE && lock[r] == id && !(id == 1 && child_has_lock) -> lock[r] = 0 :: else fi;
    r = 0; c = 0; s = 0; k = 0; at_start = 0; closing = 0; slow = 0; passed = 0; published_same[id] = 0; freed_same[id] = 0;
    reader_sleeps[id] = 0; gone++
  }
}

#if RC + WC > 0
inline kill(id) {
  d_step { n > 0 && !(dies & BIT(id)) -> n--; deaths++; dies = dies | BIT(id);
           do :: k < NS -> leases[k] = leases[k] & (255 - BIT(id)); k++ :: else -> break od; k = 0 }
}

proctype Death() {
  byte n = RC, k;
  do
  :: kill(1)
#if NR > 1
  :: kill(2)
#endif
#if WC > 0
  :: d_step { !writer_dies -> writer_dies = 1 }
#endif
  :: break
  od
}
#endif

init {
  byte i;
  d_step {
    do :: i < M -> order_seq[i] = NONE; i++ :: else -> break od; i = 0;
    do :: i < NS -> slot_seq[i] = NONE; record[i] = NONE; i++ :: else -> break od; i = 1
  };
  atomic {
    run Writer();
    do :: i <= NR -> run Reader(i); i++ :: else -> break od; i = 0;
#if RC + WC > 0
    run Death()
#endif
  }
}
