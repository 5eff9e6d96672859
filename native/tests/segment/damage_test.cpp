// Every field of a header made wrong, and random damage: always an error that names the field, or a sound segment.
#include <cstring>
#include <random>

#include "segment/header.hpp"
#include "segment/segment_fixture.hpp"

namespace qads::segment {
namespace {

using layout::Header;
using test::expect_error;

class Damage : public test::SegmentTest {
 protected:
  Damage() { header_ = writer_->header(); }

  // Puts a changed header into the file, its checksum right unless told otherwise.
  void put(Header header, bool right_checksum = true) {
    if (right_checksum) header.checksum = checksum(header);
    test::overwrite(file(), 0, &header, sizeof header);
  }
  template <typename Change>
  void corrupt(const std::string& field, Change change) {
    Header header = header_;
    change(header);
    put(header);
    expect_error(Code::kCorrupt, [&] { attach(); }, {"'x'", file(), field});
  }

  std::shared_ptr<Segment> writer_ = create();
  Header header_;
};

TEST_F(Damage, OfTheMagicMakesTheFileForeign) {
  Header header = header_;
  header.magic ^= 1;
  put(header);
  expect_error(Code::kForeign, [&] { attach(); });
}

TEST_F(Damage, AnotherMajorVersionIsNamedBesideOurs) {
  Header header = header_;
  header.major = 2;
  header.minor = 7;
  std::memset(&header.byte_order, 0xee, sizeof header - 16);  // another layout may have anything there
  put(header, false);
  expect_error(Code::kVersion, [&] { attach(); }, {"2.7", "1.0"});
  header.major = 0;
  put(header, false);
  expect_error(Code::kVersion, [&] { attach(); });
}

TEST_F(Damage, AHigherMinorVersionIsTolerated) {
  Header header = header_;
  header.minor = 99;
  header.reserved = 0x12345678;
  put(header);
  EXPECT_EQ(attach()->header().minor, 99u);
}

TEST_F(Damage, OfAnyByteShowsInTheChecksum) {
  Header header = header_;
  header.created_unix_ns ^= 4;
  put(header, false);
  expect_error(Code::kCorrupt, [&] { attach(); }, {"checksum"});
}

TEST_F(Damage, OfEachFieldIsNamed) {
  corrupt("byte_order", [](Header& h) { h.byte_order = 0x04030201; });
  for (const std::uint32_t page : {0u, 1u, 2048u, 4097u, 0x80000000u})
    corrupt("page_size", [&](Header& h) { h.page_size = page; });
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{4096}, ~std::uint64_t{0}})
    corrupt("file_size", [&](Header& h) { h.file_size = size; });
  corrupt("slot_count", [](Header& h) { h.slot_count = 0; });
  corrupt("slot_count", [](Header& h) { h.slot_count = 65536; });
  corrupt("order_count", [](Header& h) { h.order_count = 4; });
  corrupt("order_count", [](Header& h) { h.order_count = 7; });
  corrupt("order_count", [](Header& h) { h.order_count = 0x80000000; });
  corrupt("sync_size", [](Header& h) { h.order_count = 1 << 20; });
  corrupt("reader_capacity", [](Header& h) { h.reader_capacity = 0; });
  corrupt("reader_capacity", [](Header& h) { h.reader_capacity = 65; });
  corrupt("overflow", [](Header& h) { h.overflow = 2; });
  corrupt("lifetime", [](Header& h) { h.lifetime = 0; });
  corrupt("lifetime", [](Header& h) { h.lifetime = 4; });
  corrupt("evict_after_ms", [](Header& h) { h.evict_after_ms = ~std::uint64_t{0}; });
  corrupt("device", [](Header& h) { ++h.device; });
  corrupt("inode", [](Header& h) { ++h.inode; });
}

TEST_F(Damage, OfEachSectionIsNamed) {
  constexpr std::uint64_t kHuge[] = {std::uint64_t{1} << 63, ~std::uint64_t{0} - 4095, ~std::uint64_t{0},
                                     std::uint64_t{1} << 40};
  for (const std::uint64_t value : kHuge) {
    corrupt("schema_offset", [&](Header& h) { h.schema_offset = value; });
    corrupt("schema_size", [&](Header& h) { h.schema_size = value; });
    corrupt("sync_offset", [&](Header& h) { h.sync_offset = value; });
    corrupt("sync_size", [&](Header& h) { h.sync_size = value; });
    corrupt("data_offset", [&](Header& h) { h.data_offset = value; });
    corrupt("data_size", [&](Header& h) { h.data_size = value; });
  }
  corrupt("schema_offset", [](Header& h) { h.schema_offset = 0; });
  corrupt("schema_offset", [](Header& h) { h.schema_offset += 8; });
  corrupt("schema_size", [](Header& h) { h.schema_size = 0; });
  corrupt("schema_size", [](Header& h) { h.schema_size += 1; });
  corrupt("sync_offset", [](Header& h) { h.sync_offset = h.schema_offset; });
  corrupt("sync_offset", [](Header& h) { h.sync_offset += 64; });
  corrupt("sync_size", [](Header& h) { h.sync_size = 0; });
  corrupt("sync_size", [](Header& h) { h.sync_size = 4096; });
  corrupt("data_offset", [](Header& h) { h.data_offset = h.sync_offset; });
  corrupt("data_offset", [](Header& h) { h.data_offset += 64; });
  corrupt("data_size", [](Header& h) { h.data_size = 0; });
  corrupt("data_size", [](Header& h) { h.data_size += 4096; });
}

TEST_F(Damage, AnEnormousSparseFileIsAnErrorOrFine) {
  Header header = header_;
  header.data_size = (std::uint64_t{1} << 46);
  header.file_size = header.data_offset + header.data_size;
  ASSERT_EQ(::truncate(file().c_str(), static_cast<off_t>(header.file_size)), 0);
  put(header);
  try {
    attach();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kNoMemory) << error.message();
  }
}

// Random bytes and bits anywhere in the header, with and without a checksum that fits: never a crash, and what attaches
// keeps every promise that the rest of the library builds on.
TEST_F(Damage, AtRandomNeverCrashes) {
  std::mt19937_64 random(20261121);
  int attached = 0;
  for (int round = 0; round < 20'000; ++round) {
    Header header = header_;
    auto* bytes = reinterpret_cast<unsigned char*>(&header);
    const std::uint64_t changes = 1 + random() % 3;
    for (std::uint64_t i = 0; i < changes; ++i) {
      unsigned char& byte = bytes[random() % sizeof header];
      byte = random() % 2 == 0 ? static_cast<unsigned char>(byte ^ (1U << (random() % 8)))
                               : static_cast<unsigned char>(random());
    }
    put(header, random() % 8 != 0);
    try {
      const auto segment = attach();
      ++attached;
      const Header& got = segment->header();
      ASSERT_LE(layout::sync_bytes(got.order_count, got.slot_count), got.sync_size);
      ASSERT_LE(got.data_offset + got.data_size, header_.file_size);
      ASSERT_EQ(segment->order().size() & (segment->order().size() - 1), 0u);
      segment->slots().back().holders.load();
      segment->order().back().load();
      [[maybe_unused]] const volatile std::byte last = segment->data()[segment->data_size() - 1];
      unread_batches(*segment);
    } catch (const Error& error) {
      ASSERT_FALSE(error.message().empty());
    }
  }
  EXPECT_GT(attached, 100) << "fields for people may have any value";
}

TEST_F(Damage, OfTheSchemaIsNoticed) {
  const std::byte schema[100]{};
  writer_->write_schema(schema);
  const std::uint64_t at = header_.schema_offset;
  const auto reader = attach();
  EXPECT_EQ(reader->read_schema()->size(), 100u);
  const unsigned char one = 1;
  test::overwrite(file(), at + 16 + 50, &one, 1);
  expect_error(Code::kCorrupt, [&] { reader->read_schema(); }, {"checksum"});
  for (const std::uint64_t length : {~std::uint64_t{0}, header_.schema_size, header_.schema_size - 15}) {
    test::overwrite(file(), at, &length, sizeof length);
    expect_error(Code::kCorrupt, [&] { reader->read_schema(); }, {"length"});
  }
  reader->sync().schema_state.store(2);
  expect_error(Code::kCorrupt, [&] { reader->read_schema(); }, {"schema_state is 2"});
}

}  // namespace
}  // namespace qads::segment
