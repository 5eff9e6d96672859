#include <cstring>
#include <numeric>

#include "segment/segment_fixture.hpp"

namespace qads::segment {
namespace {

using test::expect_error;

using Schema = test::SegmentTest;

std::vector<std::byte> some(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + 1);
  return bytes;
}

TEST_F(Schema, IsAbsentUntilWritten) {
  const auto writer = create();
  EXPECT_FALSE(attach()->read_schema().has_value());
  EXPECT_FALSE(writer->read_schema().has_value());
}

TEST_F(Schema, ComesBackAsWritten) {
  for (const std::size_t size : {0, 1, 1000, 4080}) {
    const auto writer = create();
    const auto reader = attach();
    writer->write_schema(some(size));
    EXPECT_EQ(*reader->read_schema(), some(size));
    EXPECT_EQ(*writer->read_schema(), some(size));
    EXPECT_EQ(*attach()->read_schema(), some(size));
  }
}

TEST_F(Schema, OfManyPagesComesBack) {
  CreateOptions large = options();
  large.schema_capacity = 1 << 20;
  const auto writer = Segment::create("x", large);
  writer->write_schema(some(1 << 20));
  EXPECT_EQ(*attach()->read_schema(), some(1 << 20));
}

TEST_F(Schema, TooLargeNamesBothSizesAndTheOption) {
  const auto writer = create();
  expect_error(Code::kWouldNotFit, [&] { writer->write_schema(some(4081)); }, {"4081", "4080", "schema_capacity"});
  EXPECT_FALSE(writer->read_schema().has_value());
  writer->write_schema(some(10));
}

TEST_F(Schema, IsWrittenOnceAndOnlyByTheCreator) {
  const auto writer = create();
  expect_error(Code::kInternal, [&] { attach()->write_schema(some(3)); });
  writer->write_schema(some(3));
  expect_error(Code::kInvalid, [&] { writer->write_schema(some(4)); });
  EXPECT_EQ(writer->read_schema()->size(), 3u);
}

}  // namespace
}  // namespace qads::segment
