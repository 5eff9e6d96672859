// The sync section: what writer and readers tell each other while they run. Every word is an atomic; which order each
// access needs, and who its partner is, stands in ring/. A process may find anything here: other processes write it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "layout/header.hpp"

namespace qads::layout {

using Word32 = std::atomic<std::uint32_t>;
using Word64 = std::atomic<std::uint64_t>;
static_assert(Word32::is_always_lock_free && sizeof(Word32) == 4);
static_assert(Word64::is_always_lock_free && sizeof(Word64) == 8);

// Two lines, because processors fetch lines in pairs.
constexpr std::size_t kLinePair = 128;

constexpr std::uint64_t kOpen = ~std::uint64_t{0};     // Sync::end while the stream goes on
constexpr std::uint64_t kInvalid = ~std::uint64_t{0};  // Slot::sequence while the slot carries no batch

// Sync::end_kind
constexpr std::uint32_t kFinished = 1;
constexpr std::uint32_t kClosedUnfinished = 2;

// ReaderEntry::control: generation << 8 | one of these
constexpr std::uint64_t kFree = 0;
constexpr std::uint64_t kClaimed = 1;
constexpr std::uint64_t kActive = 2;
constexpr std::uint64_t kEvicted = 3;
constexpr std::uint64_t kClosing = 4;
constexpr std::uint64_t reader_state(std::uint64_t control) { return control & 0xff; }
constexpr std::uint64_t reader_control(std::uint64_t generation, std::uint64_t state) {
  return generation << 8 | state;
}

struct alignas(kLinePair) ReaderEntry {
  Word64 control;
  Word64 cursor;  // the next sequence it will take; it no longer needs what lies before
  Word64 lost;    // figures for people from here on
  Word64 pid;
  Word64 attached_unix_ns;
};
static_assert(offsetof(ReaderEntry, control) == 0);
static_assert(offsetof(ReaderEntry, cursor) == 8);
static_assert(offsetof(ReaderEntry, lost) == 16);
static_assert(offsetof(ReaderEntry, pid) == 24);
static_assert(offsetof(ReaderEntry, attached_unix_ns) == 32);
static_assert(sizeof(ReaderEntry) == 128);

// Written by the writer alone, relaxed: figures for people.
struct alignas(kLinePair) WriterStatistics {
  Word64 messages;
  Word64 rows;
  Word64 bytes_copied;
  Word64 bytes_referenced;
  Word64 dropped_batches;
  Word64 stalls;
  Word64 stalled_ns;
  Word64 evicted_readers;
  Word64 reaped_readers;
  Word64 reserved_bytes;
};
static_assert(offsetof(WriterStatistics, messages) == 0);
static_assert(offsetof(WriterStatistics, rows) == 8);
static_assert(offsetof(WriterStatistics, bytes_copied) == 16);
static_assert(offsetof(WriterStatistics, bytes_referenced) == 24);
static_assert(offsetof(WriterStatistics, dropped_batches) == 32);
static_assert(offsetof(WriterStatistics, stalls) == 40);
static_assert(offsetof(WriterStatistics, stalled_ns) == 48);
static_assert(offsetof(WriterStatistics, evicted_readers) == 56);
static_assert(offsetof(WriterStatistics, reaped_readers) == 64);
static_assert(offsetof(WriterStatistics, reserved_bytes) == 72);
static_assert(sizeof(WriterStatistics) == 128);

struct alignas(kLinePair) Sync {
  alignas(kLinePair) Word32 published;  // futex word that readers sleep on: count << 1 | somebody sleeps
  alignas(kLinePair) Word32 freed;      // futex word that the writer sleeps on, likewise
  Word32 reader_limit;                  // no reader entry at or above it was ever claimed
  alignas(kLinePair) Word64 head;       // sequence of the next batch to be published
  Word64 end;                           // kOpen, or head at the end of the stream
  Word32 end_kind;
  Word32 schema_state;             // 0; 1 once the schema section is complete
  alignas(kLinePair) Word64 tail;  // no batch before it can be taken any more
  Word64 read_up_to;               // readers that left had read everything before it
  WriterStatistics statistics;
  ReaderEntry readers[kMaxReaders];
  // Behind it, each on a line pair of its own: Word64 order[order_count], Slot slots[slot_count].
};
static_assert(offsetof(Sync, published) == 0);
static_assert(offsetof(Sync, freed) == 128);
static_assert(offsetof(Sync, reader_limit) == 132);
static_assert(offsetof(Sync, head) == 256);
static_assert(offsetof(Sync, end) == 264);
static_assert(offsetof(Sync, end_kind) == 272);
static_assert(offsetof(Sync, schema_state) == 276);
static_assert(offsetof(Sync, tail) == 384);
static_assert(offsetof(Sync, read_up_to) == 392);
static_assert(offsetof(Sync, statistics) == 512);
static_assert(offsetof(Sync, readers) == 640);
static_assert(sizeof(Sync) == 8832);

// The unit of ownership. `sequence` decides which batch it carries; the plain fields are published by its store and may
// be read only by who has set its bit in `holders` and then found the sequence unchanged.
constexpr std::uint32_t kFirstOfMessage = 1;
constexpr std::uint32_t kLastOfMessage = 2;
struct alignas(64) Slot {
  Word64 sequence;
  Word64 holders;               // bit r: reader entry r has a lease
  std::uint64_t record_offset;  // in the data section
  std::uint64_t record_length;
  std::uint64_t rows;
  std::uint64_t published_ns;  // CLOCK_MONOTONIC_COARSE, for people
  std::uint32_t flags;         // kFirstOfMessage | kLastOfMessage
  std::uint32_t reserved;
};
static_assert(offsetof(Slot, sequence) == 0);
static_assert(offsetof(Slot, holders) == 8);
static_assert(offsetof(Slot, record_offset) == 16);
static_assert(offsetof(Slot, record_length) == 24);
static_assert(offsetof(Slot, rows) == 32);
static_assert(offsetof(Slot, published_ns) == 40);
static_assert(offsetof(Slot, flags) == 48);
static_assert(offsetof(Slot, reserved) == 52);
static_assert(sizeof(Slot) == 64);

// An order entry packs the sequence modulo 2^48 and a slot number + 1; 0 is empty.
constexpr std::uint64_t kSequenceMask = (std::uint64_t{1} << 48) - 1;
constexpr std::uint64_t pack_order(std::uint64_t sequence, std::uint32_t slot) {
  return (sequence & kSequenceMask) << 16 | (slot + 1);
}
// Of an empty entry: more than any slot number.
constexpr std::uint32_t order_slot(std::uint64_t entry) { return static_cast<std::uint32_t>(entry & 0xffff) - 1; }

constexpr std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}
constexpr std::uint64_t order_offset() { return sizeof(Sync); }
constexpr std::uint64_t slots_offset(std::uint32_t order_count) {
  return align_up(order_offset() + std::uint64_t{order_count} * sizeof(Word64), kLinePair);
}
constexpr std::uint64_t sync_bytes(std::uint32_t order_count, std::uint32_t slot_count) {
  return slots_offset(order_count) + std::uint64_t{slot_count} * sizeof(Slot);
}

}  // namespace qads::layout
