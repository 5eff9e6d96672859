// The format against literal bytes and literal offsets: what these tests pin, a released version can't change.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "layout/header.hpp"
#include "layout/record.hpp"
#include "layout/sync.hpp"

namespace qads::layout {
namespace {

using Bytes = std::vector<unsigned char>;

template <typename T>
Bytes bytes_of(const T& value) {
  Bytes bytes(sizeof value);
  std::memcpy(bytes.data(), static_cast<const void*>(&value), sizeof value);
  return bytes;
}

// Zeros, then value's eight (or four) bytes at each offset.
template <typename Value>
void put(Bytes& bytes, std::size_t offset, Value value) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

TEST(HeaderLayout, BeginsWithTheLettersQadswap1) { EXPECT_EQ(std::memcmp(&kMagic, "QADSWAP1", 8), 0); }

TEST(HeaderLayout, IsTheseBytes) {
  Header header{};
  header.magic = kMagic;
  header.major = 1;
  header.minor = 0;
  header.byte_order = kByteOrderMark;
  header.page_size = 4096;
  header.file_size = 0x1112131415161718;
  header.schema_offset = 0x2122232425262728;
  header.schema_size = 0x3132333435363738;
  header.sync_offset = 0x4142434445464748;
  header.sync_size = 0x5152535455565758;
  header.data_offset = 0x6162636465666768;
  header.data_size = 0x7172737475767778;
  header.slot_count = 0x81828384;
  header.order_count = 0x91929394;
  header.reader_capacity = 0xa1a2a3a4;
  header.overflow = 0xb1b2b3b4;
  header.lifetime = 0xc1c2c3c4;
  header.reserved = 0;
  header.evict_after_ms = 0xd1d2d3d4d5d6d7d8;
  for (std::uint8_t i = 0; i < 16; ++i) header.uuid[i] = i;
  header.writer_pid = 0x0102030405060708;
  header.created_unix_ns = 0xe1e2e3e4e5e6e7e8;
  header.device = 0xf1f2f3f4f5f6f7f8;
  header.inode = 0x0a0b0c0d0e0f1011;
  header.superseded_unread = 0x1a1b1c1d1e1f2021;
  header.checksum = 0x2a2b2c2d2e2f3031;
  const Bytes expected = {
      'Q',  'A',  'D',  'S',  'W',  'A',  'P',  '1',
      1,    0,    0,    0,    0,    0,    0,    0,  // magic, version
      0x04, 0x03, 0x02, 0x01, 0x00, 0x10, 0x00, 0x00,
      0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,  // order, page, file
      0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21,
      0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32, 0x31,  // schema
      0x48, 0x47, 0x46, 0x45, 0x44, 0x43, 0x42, 0x41,
      0x58, 0x57, 0x56, 0x55, 0x54, 0x53, 0x52, 0x51,  // sync
      0x68, 0x67, 0x66, 0x65, 0x64, 0x63, 0x62, 0x61,
      0x78, 0x77, 0x76, 0x75, 0x74, 0x73, 0x72, 0x71,  // data
      0x84, 0x83, 0x82, 0x81, 0x94, 0x93, 0x92, 0x91,
      0xa4, 0xa3, 0xa2, 0xa1, 0xb4, 0xb3, 0xb2, 0xb1,  // counts, overflow
      0xc4, 0xc3, 0xc2, 0xc1, 0,    0,    0,    0,
      0xd8, 0xd7, 0xd6, 0xd5, 0xd4, 0xd3, 0xd2, 0xd1,  // lifetime, evict
      0,    1,    2,    3,    4,    5,    6,    7,
      8,    9,    10,   11,   12,   13,   14,   15,  // uuid
      0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01,
      0xe8, 0xe7, 0xe6, 0xe5, 0xe4, 0xe3, 0xe2, 0xe1,  // pid, created
      0xf8, 0xf7, 0xf6, 0xf5, 0xf4, 0xf3, 0xf2, 0xf1,
      0x11, 0x10, 0x0f, 0x0e, 0x0d, 0x0c, 0x0b, 0x0a,  // device, inode
      0x21, 0x20, 0x1f, 0x1e, 0x1d, 0x1c, 0x1b, 0x1a,
      0x31, 0x30, 0x2f, 0x2e, 0x2d, 0x2c, 0x2b, 0x2a,  // unread, checksum
  };
  EXPECT_EQ(bytes_of(header), expected);
}

TEST(HeaderLayout, ChecksumIsFnv1aOf64Bits) {
  EXPECT_EQ(fnv1a64("", 0), 0xcbf29ce484222325u);
  EXPECT_EQ(fnv1a64("a", 1), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(fnv1a64("foobar", 6), 0x85944171f73967e8u);
}

TEST(HeaderLayout, LocksLieBeyondTheHeaderAndDoNotMeet) {
  EXPECT_EQ(kWriterLockByte, 2048u);
  EXPECT_EQ(reader_lock_byte(0), 2049u);
  EXPECT_EQ(reader_lock_byte(kMaxReaders - 1), 2112u);
  EXPECT_LT(reader_lock_byte(kMaxReaders - 1), 4096u);
}

TEST(SchemaLayout, IsALengthAndAChecksum) {
  Bytes expected(16);
  put(expected, 0, std::uint64_t{0x0102});
  put(expected, 8, std::uint64_t{0x0304});
  EXPECT_EQ(bytes_of(SchemaHeader{0x0102, 0x0304}), expected);
}

TEST(SyncLayout, EveryWordLiesWhereItWas) {
  const auto sync = std::make_unique<Sync>();
  std::memset(static_cast<void*>(sync.get()), 0, sizeof(Sync));
  sync->published.store(1);
  sync->freed.store(2);
  sync->reader_limit.store(9);
  sync->head.store(3);
  sync->end.store(4);
  sync->end_kind.store(5);
  sync->schema_state.store(6);
  sync->tail.store(7);
  sync->read_up_to.store(8);
  Bytes expected(8832);
  put(expected, 0, std::uint32_t{1});
  put(expected, 128, std::uint32_t{2});
  put(expected, 132, std::uint32_t{9});
  put(expected, 256, std::uint64_t{3});
  put(expected, 264, std::uint64_t{4});
  put(expected, 272, std::uint32_t{5});
  put(expected, 276, std::uint32_t{6});
  put(expected, 384, std::uint64_t{7});
  put(expected, 392, std::uint64_t{8});
  auto& figures = sync->statistics;
  Word64* const all[] = {
      &figures.messages,        &figures.rows,          &figures.bytes_copied, &figures.bytes_referenced,
      &figures.dropped_batches, &figures.stalls,        &figures.stalled_ns,   &figures.evicted_readers,
      &figures.reaped_readers,  &figures.reserved_bytes};
  for (std::size_t i = 0; i < std::size(all); ++i) {
    all[i]->store(100 + i);
    put(expected, 512 + 8 * i, std::uint64_t{100 + i});
  }
  for (std::size_t i = 0; i < kMaxReaders; ++i) {
    auto& reader = sync->readers[i];
    Word64* const words[] = {&reader.control, &reader.cursor, &reader.lost, &reader.pid, &reader.attached_unix_ns};
    for (std::size_t w = 0; w < std::size(words); ++w) {
      words[w]->store(1000 * (i + 1) + w);
      put(expected, 640 + 128 * i + 8 * w, std::uint64_t{1000 * (i + 1) + w});
    }
  }
  EXPECT_EQ(bytes_of(*sync), expected);
}

TEST(SyncLayout, ASlotIsTheseBytes) {
  Slot slot{};
  std::memset(static_cast<void*>(&slot), 0, sizeof slot);
  slot.sequence.store(1);
  slot.holders.store(2);
  slot.record_offset = 3;
  slot.record_length = 4;
  slot.rows = 5;
  slot.published_ns = 6;
  slot.flags = kFirstOfMessage | kLastOfMessage;
  Bytes expected(64);
  for (std::uint64_t i = 0; i < 6; ++i) put(expected, 8 * i, i + 1);
  put(expected, 48, std::uint32_t{3});
  EXPECT_EQ(bytes_of(slot), expected);
}

TEST(SyncLayout, WordsThatDifferentProcessesWriteShareNoPairOfLines) {
  EXPECT_EQ(offsetof(Sync, published) % 128, 0u);
  EXPECT_EQ(offsetof(Sync, freed) % 128, 0u);
  EXPECT_EQ(offsetof(Sync, head) % 128, 0u);
  EXPECT_EQ(offsetof(Sync, tail) % 128, 0u);
  EXPECT_EQ(offsetof(Sync, readers) % 128, 0u);
  EXPECT_EQ(sizeof(ReaderEntry), 128u);
  EXPECT_EQ(slots_offset(1) % 128, 0u);
}

TEST(SyncLayout, SectionsFollowOneAnother) {
  EXPECT_EQ(order_offset(), 8832u);
  EXPECT_EQ(slots_offset(1), 8960u);
  EXPECT_EQ(slots_offset(256), 8832u + 2048u);
  EXPECT_EQ(sync_bytes(256, 256), 8832u + 2048u + 256u * 64u);
  EXPECT_EQ(sync_bytes(65536, 65535), 8832u + 65536u * 8u + 65535u * 64u);
}

TEST(SyncLayout, AnOrderEntryIsASequencePlusOneAndASlot) {
  EXPECT_EQ(pack_order(0, 0), 1u) << "never 0, which is empty";
  EXPECT_EQ(pack_order(0x1234, 0xabcc), 0x1234abcdu);
  EXPECT_EQ(pack_order(std::uint64_t{1} << 48, 7), 8u) << "modulo 2^48";
  EXPECT_EQ(pack_order((std::uint64_t{1} << 48) + 5, 7), 0x50008u);
  EXPECT_EQ(order_slot(0x1234abcd), 0xabccu);
  EXPECT_GE(order_slot(0), kMaxSlots) << "an empty entry names no slot";
}

TEST(SyncLayout, AControlWordIsAGenerationAndAState) {
  EXPECT_EQ(reader_control(0x123456, kEvicted), 0x12345603u);
  EXPECT_EQ(reader_state(0x12345602), kActive);
  EXPECT_EQ((std::array{kFree, kClaimed, kActive, kEvicted, kClosing}), (std::array<std::uint64_t, 5>{0, 1, 2, 3, 4}));
  EXPECT_EQ((std::array{kFinished, kClosedUnfinished}), (std::array<std::uint32_t, 2>{1, 2}));
  EXPECT_EQ(kOpen, ~std::uint64_t{0});
  EXPECT_EQ(kInvalid, ~std::uint64_t{0});
}

TEST(RecordLayout, HeaderNodeAndBufferAreTheseBytes) {
  Bytes header(16);
  put(header, 0, std::uint64_t{1000});
  put(header, 8, std::uint32_t{3});
  put(header, 12, std::uint32_t{5});
  EXPECT_EQ(bytes_of(RecordHeader{1000, 3, 5}), header);
  Bytes node(24);
  put(node, 0, std::uint64_t{1000});
  put(node, 8, std::uint64_t{10});
  put(node, 16, std::uint64_t{2});
  EXPECT_EQ(bytes_of(RecordNode{1000, 10, 2}), node);
  Bytes buffer(16);
  put(buffer, 0, std::uint64_t{4096});
  put(buffer, 8, std::uint64_t{77});
  EXPECT_EQ(bytes_of(RecordBuffer{4096, 77}), buffer);
  EXPECT_EQ(kAbsent, ~std::uint64_t{0});
  EXPECT_EQ(kBufferAlignment, 64u);
}

TEST(Alignment, RoundsUp) {
  EXPECT_EQ(align_up(0, 64), 0u);
  EXPECT_EQ(align_up(1, 64), 64u);
  EXPECT_EQ(align_up(64, 64), 64u);
  EXPECT_EQ(align_up(65, 64), 128u);
}

}  // namespace
}  // namespace qads::layout
