// The released layout 1.0 as its golden file has it, word by word at literal offsets, and as the core sees the same file.
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "segment/segment_fixture.hpp"

namespace qads::segment {
namespace {

class Golden : public test::SegmentTest {
 protected:
  void SetUp() override {
    const std::string path = QADS_TEST_DATA_DIR "/golden/segment_v1.0.qads";
    std::ifstream in(path, std::ios::binary);
    ASSERT_TRUE(in) << path;
    bytes_.assign(std::istreambuf_iterator<char>(in), {});
    std::filesystem::copy_file(path, file());
  }

  template <typename Value>
  Value at(std::size_t offset) const {
    Value value{};
    if (offset + sizeof value > bytes_.size()) throw std::out_of_range("golden file");
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }
  std::uint32_t word(std::size_t offset) const { return at<std::uint32_t>(offset); }
  std::uint64_t wide(std::size_t offset) const { return at<std::uint64_t>(offset); }

  std::string bytes_;
};

TEST_F(Golden, HeaderIsAsReleased) {
  EXPECT_EQ(bytes_.size(), 57344u);
  constexpr std::array<unsigned char, 112> kExpected = {
      'Q',  'A',  'D',  'S',  'W', 'A',  'P', '1', 1, 0,    0, 0, 0, 0, 0, 0,  // magic, version 1.0
      0x04, 0x03, 0x02, 0x01, 0,   0x10, 0,   0,   0, 0xe0, 0, 0, 0, 0, 0, 0,  // byte order, page and file size
      0,    0x10, 0,    0,    0,   0,    0,   0,   0, 0x20, 0, 0, 0, 0, 0, 0,  // schema
      0,    0x30, 0,    0,    0,   0,    0,   0,   0, 0x30, 0, 0, 0, 0, 0, 0,  // sync
      0,    0x60, 0,    0,    0,   0,    0,   0,   0, 0x80, 0, 0, 0, 0, 0, 0,  // data
      4,    0,    0,    0,    4,   0,    0,   0,   2, 0,    0, 0, 0, 0, 0, 0,  // slots, order, readers, block
      3,    0,    0,    0,    0,   0,    0,   0,   0, 0,    0, 0, 0, 0, 0, 0,  // keep, evict never
  };
  EXPECT_EQ(std::memcmp(bytes_.data(), kExpected.data(), kExpected.size()), 0);
  EXPECT_EQ(wide(160), 0u) << "superseded_unread";
  std::uint64_t hash = 0xcbf29ce484222325;  // fnv1a64, spelled out once more
  for (std::size_t i = 0; i < 168; ++i) hash = (hash ^ static_cast<unsigned char>(bytes_[i])) * 0x100000001b3;
  EXPECT_EQ(wide(168), hash);
  for (std::size_t i = 176; i < 4096; ++i) ASSERT_EQ(bytes_[i], 0) << "byte " << i;
}

TEST_F(Golden, SchemaIsAsReleased) {
  const std::uint64_t length = wide(4096);
  ASSERT_LE(length, 8192u - 16u);
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::size_t i = 0; i < length; ++i) hash = (hash ^ static_cast<unsigned char>(bytes_[4112 + i])) * 0x100000001b3;
  EXPECT_EQ(wide(4104), hash);
  EXPECT_EQ(word(4112), 1u) << "codec version";
}

TEST_F(Golden, SyncIsAsReleased) {
  constexpr std::size_t kSync = 0x3000;
  EXPECT_EQ(wide(kSync + 256), 2u) << "head";
  EXPECT_EQ(wide(kSync + 264), 2u) << "end";
  EXPECT_EQ(word(kSync + 272), 1u) << "finished";
  EXPECT_EQ(word(kSync + 276), 1u) << "schema_state";
  EXPECT_EQ(wide(kSync + 384), 0u) << "tail";
  EXPECT_EQ(wide(kSync + 392), 0u) << "read_up_to";
  EXPECT_EQ(wide(kSync + 512), 2u) << "messages";
  EXPECT_EQ(wide(kSync + 640), 0u) << "the first reader's entry is free";
  constexpr std::size_t kOrder = kSync + 8832;
  EXPECT_EQ(wide(kOrder), 1u);
  EXPECT_EQ(wide(kOrder + 8), 0x10002u);
  EXPECT_EQ(wide(kOrder + 16), 0u);
  constexpr std::size_t kSlots = kSync + 8960;
  std::uint64_t rows = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(wide(kSlots + 64 * i), i) << "sequence";
    EXPECT_EQ(wide(kSlots + 64 * i + 8), 0u) << "holders";
    const std::uint64_t record = wide(kSlots + 64 * i + 16);
    EXPECT_LE(record + wide(kSlots + 64 * i + 24), 0x8000u);
    EXPECT_EQ(wide(0x6000 + record), wide(kSlots + 64 * i + 32)) << "rows, in the record and in the slot";
    EXPECT_EQ(word(kSlots + 64 * i + 48), 3u) << "first and last of its message";
    rows += wide(kSlots + 64 * i + 32);
  }
  EXPECT_EQ(rows, wide(kSync + 520));
  EXPECT_EQ(wide(kSlots + 128), ~std::uint64_t{0}) << "a slot that never carried a batch";
}

TEST_F(Golden, IsWhatTheCoreSeesOffline) {
  const auto segment = Segment::attach("x", {directory_.path(), true, 0});
  EXPECT_EQ(segment->header().major, 1u);
  EXPECT_EQ(segment->slots().size(), 4u);
  EXPECT_EQ(segment->order().size(), 4u);
  EXPECT_EQ(segment->order()[1].load(), layout::pack_order(1, 1));
  EXPECT_EQ(segment->slots()[1].sequence.load(), 1u);
  EXPECT_EQ(segment->sync().end.load(), 2u);
  EXPECT_EQ(unread_batches(*segment), 2u);
  const auto schema = segment->read_schema();
  ASSERT_TRUE(schema.has_value());
  EXPECT_EQ(std::memcmp(schema->data(), bytes_.data() + 4112, schema->size()), 0);
  EXPECT_EQ(std::memcmp(segment->data(), bytes_.data() + 0x6000, segment->data_size()), 0);
}

TEST_F(Golden, IsACopyAndRefusedOnline) {
  test::expect_error(Code::kCorrupt, [&] { attach(); }, {"offline"});
}

}  // namespace
}  // namespace qads::segment
